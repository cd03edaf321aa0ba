/** A piece of the spec: offsets in UTF-16 units (end exclusive) and lines counted from 1. */
export interface SourceSpan {
  start: number;
  end: number;
  startLine: number;
  endLine: number;
}

export type FieldType =
  | "string"
  | "text"
  | "integer"
  | "number"
  | "boolean"
  | "date"
  | "datetime"
  | "time"
  | "uuid"
  | "email"
  | "url"
  | "enum"
  | "strings"
  | "json";

export type DeleteBehaviour = "restrict" | "cascade" | "set-null";

export interface FieldModel {
  name: string;
  type: FieldType;
  required: boolean;
  unique: boolean;
  readOnly: boolean;
  writeOnce: boolean;
  default?: string | number | boolean | readonly string[] | Record<string, never>;
  automatic?: "now" | "created" | "updated";
  values?: string[];
  min?: number;
  max?: number;
  above?: number;
  below?: number;
  minLength?: number;
  maxLength?: number;
  /** Source of a regular expression. */
  pattern?: string;
  when?: "past" | "future" | "notPast" | "notFuture";
  reference?: { entity: string; onDelete: DeleteBehaviour };
  /** Where the spec says so; undefined for a field the generator adds. */
  span?: SourceSpan;
}

export type EndpointAction = "list" | "create" | "read" | "replace" | "update" | "remove" | "transition";
export type EndpointMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface EndpointModel {
  method: EndpointMethod;
  /** With parameters in braces: `/projects/{project_id}/tasks`. */
  path: string;
  action: EndpointAction;
  entity: string;
  /** The path parameter that holds the record's key. */
  param?: string;
  parent?: { entity: string; field: string; param: string };
  /** The state an action endpoint leads to. */
  to?: string;
  public: boolean;
  span?: SourceSpan;
}

export interface StateModel {
  field: string;
  initial: string;
  /** True when the spec says that records always start in the initial state. */
  initialOnly: boolean;
  allowed: Record<string, string[]>;
  /** Time fields that are filled when a state is entered. */
  stamps: Record<string, string[]>;
  spans: SourceSpan[];
}

export type FilterTest = "equals" | "atLeast" | "atMost" | "above" | "below" | "contains" | "has";

export interface ComparisonModel {
  field: string;
  test: "after" | "notBefore" | "above" | "atLeast";
  other: string;
  span: SourceSpan;
}

export interface EntityModel {
  /** Singular, snake case: `loan_item`. */
  name: string;
  /** Singular in words: `loan item`. */
  title: string;
  /** Plural, snake case; the table and the file are named after it. */
  plural: string;
  key: string;
  fields: FieldModel[];
  /** Fields that are unique only together. */
  uniques: { fields: string[]; span: SourceSpan }[];
  endpoints: EndpointModel[];
  filters: Record<string, { field: string; test: FilterTest }>;
  searchable: string[];
  sortable: string[];
  defaultSort: string;
  states?: StateModel;
  comparisons: ComparisonModel[];
  frozen?: { field: string; values: string[] };
  spans: SourceSpan[];
}

export interface AuthModel {
  scheme: "bearer" | "apiKey";
  /** Lower case, as Node shows it. */
  header: string;
  /** Environment variable that holds the credential. */
  environment: string;
  publicReads: boolean;
}

export interface PaginationModel {
  style: "page" | "offset" | "none";
  sizeParam: string;
  positionParam: string;
  defaultSize: number;
  maxSize: number;
  overflow: "reject" | "cap";
}

/** A JSON value in which some texts stand for parts of the answer, such as `"$items"` or `"$code"`. */
export type ShapeTemplate = string | number | boolean | null | ShapeTemplate[] | { [key: string]: ShapeTemplate };

export interface StatementModel {
  text: string;
  span: SourceSpan;
  headingPath: string[];
  /** What the statement asks for, as names: `entity:task`, `feature:pagination`, `endpoint:GET /tasks`. */
  parts: string[];
  /** Why it is not built; undefined when it is, or when it asks for nothing. */
  reason?: string;
}

export interface UnsupportedStatement {
  text: string;
  line: number;
  reason: string;
}

/** Everything the generator knows about a service. Plain data: it survives JSON. */
export interface ServiceModel {
  name: string;
  title: string;
  entities: EntityModel[];
  auth: AuthModel | null;
  pagination: PaginationModel;
  sort: { param: string; orderParam: string | null };
  searchParam: string;
  status: { validation: number; transition: number; unique: number; reference: number };
  errorShape: ShapeTemplate;
  listShape: ShapeTemplate;
  /** Codes the spec gives to error kinds, by status. */
  errorCodes: Record<string, string>;
  rejectUnknownFields: boolean;
  bodyLimitBytes: number;
  healthPath: string;
  openApiPath: string;
  defaultPort: number;
  /** Environment variables for the port and the database file. */
  environment: { port: string; databaseFile: string };
  statements: StatementModel[];
  unsupported: UnsupportedStatement[];
}

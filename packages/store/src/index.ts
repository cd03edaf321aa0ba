export {
  type AcquireLockOptions,
  type AcquireLockResult,
  acquireLock,
  findLockHolder,
  type Lock,
  type LockHolder,
} from "./acquire-lock.ts";
export {
  type ChangedStep,
  type MigrateResult,
  type MigrationStatus,
  migrateStore,
  readMigrationStatus,
  rollBackStore,
} from "./migrate-store.ts";
export type { MigrationSet, MigrationStep } from "./migration-set.ts";
export { type OpenStoreOptions, openStore, type Store, type TransactionOptions } from "./open-store.ts";

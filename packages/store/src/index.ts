export {
  type AcquireLockOptions,
  type AcquireLockResult,
  acquireLock,
  findLockHolder,
  type Lock,
  type LockHolder,
} from "./acquire-lock.ts";
export type { MigrationSet, MigrationStep } from "./migration-set.ts";
export { type OpenStoreOptions, openStore, type Store } from "./open-store.ts";

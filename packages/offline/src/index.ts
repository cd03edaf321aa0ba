export { createOfflineModel, type OfflineModel, type OfflineModelOptions } from "./create-offline-model.ts";
export { offlineLabel } from "./offline-label.ts";

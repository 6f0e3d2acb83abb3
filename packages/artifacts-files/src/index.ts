export { type FileArtifactsOptions, fileArtifacts } from "./file-artifacts.ts";

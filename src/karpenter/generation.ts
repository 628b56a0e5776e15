/** What the chart has to know about the account and the cluster. */
export interface ReleaseSettings {
  readonly clusterName: string;
  readonly instanceProfileName: string;
}

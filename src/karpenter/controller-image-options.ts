/** The image of the controller, for registries other than upstream's. */
export interface ControllerImageOptions {
  /**
   * The repository, without tag and digest, such as `registry.example.com/karpenter/controller`.
   *
   * @default - the chart's, `public.ecr.aws/karpenter/controller`
   */
  readonly repository?: string;

  /**
   * The tag; without `digest` it also drops the chart's digest, which belongs to the chart's tag.
   *
   * @default - the chart's, the release itself
   */
  readonly tag?: string;

  /**
   * The digest: `sha256:` and 64 digits or letters from a to f.
   *
   * @default - the chart's; none where `tag` is set
   */
  readonly digest?: string;
}

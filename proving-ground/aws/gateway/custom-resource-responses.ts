/** CloudFormation takes no larger answer of a custom resource. */
const MAXIMUM_BYTES = 4096;

/** Size of each answer that a custom resource gave CloudFormation. */
export interface ResponseSize { readonly logicalId: string; readonly status: string; readonly bytes: number }

/** Holds the answers of custom resources to CloudFormation's limit, which the emulator does not know. */
export class CustomResourceResponses {
  public static isFor(url: URL): boolean {
    return url.pathname.startsWith('/_ministack/cfn-response/');
  }

  public readonly sizes: ResponseSize[] = [];

  /** The body that CloudFormation gets to see. */
  public async receive(body: Buffer): Promise<Buffer> {
    const response = JSON.parse(body.toString('utf8'));
    this.sizes.push({ logicalId: response.LogicalResourceId, status: response.Status, bytes: body.length });
    return body.length > MAXIMUM_BYTES
      ? Buffer.from(JSON.stringify({ ...response, Status: 'FAILED', Reason: 'Response object is too long.', Data: undefined }))
      : body;
  }
}

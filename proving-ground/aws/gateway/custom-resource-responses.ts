/** CloudFormation takes no larger answer of a custom resource. */
const MAXIMUM_BYTES = 4096;
const PLAYED = 'played';

/** Size of each answer that a custom resource gave CloudFormation. */
export interface ResponseSize { readonly logicalId: string; readonly status: string; readonly reason?: string; readonly bytes: number }

/** Holds the answers of custom resources to CloudFormation's limit, which the emulator does not know. */
export class CustomResourceResponses {
  public static isFor(url: URL): boolean {
    return url.pathname.startsWith('/_ministack/cfn-response/');
  }

  /** Where a function answers a phase that plays the part of CloudFormation, beside the address of a request of its own. */
  public static played(address: string): string {
    return new URL(PLAYED, address).href;
  }

  public static isPlayed(url: URL): boolean {
    return url.pathname.endsWith(`/${PLAYED}`);
  }

  public readonly sizes: ResponseSize[] = [];

  /** The body that CloudFormation gets to see. */
  public async receive(body: Buffer): Promise<Buffer> {
    const response = JSON.parse(body.toString('utf8'));
    this.sizes.push({ logicalId: response.LogicalResourceId, status: response.Status, reason: response.Reason, bytes: body.length });
    return body.length > MAXIMUM_BYTES
      ? Buffer.from(JSON.stringify({ ...response, Status: 'FAILED', Reason: 'Response object is too long.', Data: undefined }))
      : body;
  }
}

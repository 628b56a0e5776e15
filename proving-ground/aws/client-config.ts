import type { LocalAws } from '.';

/** Configuration of an SDK client that acts as the administrator. */
export function clientConfig(aws: Pick<LocalAws, 'endpoint' | 'env'>) {
  return {
    endpoint: aws.endpoint,
    region: aws.env.AWS_REGION,
    credentials: { accessKeyId: aws.env.AWS_ACCESS_KEY_ID, secretAccessKey: aws.env.AWS_SECRET_ACCESS_KEY },
  };
}

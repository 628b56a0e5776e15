import { Answer, failure, json } from './answers';
import { Call } from './call';

/** The images that the emulator of EC2 knows under these ids (emulator/images.json). */
const AL2_IMAGES = { x86_64: 'ami-0e0001000000000a1', arm64: 'ami-0e0001000000000a2', gpu: 'ami-0e0001000000000a3' };
/** Of the standard variant. Karpenter tells variants apart by their ids, so that an id for another variant would make it take the wrong one. */
const AL2023_IMAGES: Readonly<Record<string, string>> = { x86_64: 'ami-0e0001000000000b1', arm64: 'ami-0e0001000000000b2' };
/** The one release of AL2023 that there is; another one is a parameter that was never published. */
const AL2023_RELEASE = 'v20241011';
/** vCPUs of all standard on-demand instances together, as an account has that runs a cluster or two. */
export const VCPU_QUOTA = { code: 'L-1216C47A', value: 640 };
const AL2023 = /^\/aws\/service\/eks\/optimized-ami\/([^/]+)\/amazon-linux-2023\/([^/]+)\/standard\/([^/]+)\/image_id$/;
const EKS_IMAGES = /^\/aws\/service\/(eks\/optimized-ami|bottlerocket)\//;

/** Calls that AWS answers with facts of its own, the same for everybody. */
export function fixedAnswer(call: Call): Answer | undefined {
  if (call.service === 'ec2' && call.parameters.DryRun === 'true') {
    // Whoever may not was refused before.
    return failure(call, 412, 'DryRunOperation', 'Request would have succeeded, but DryRun flag is set.');
  }
  switch (`${call.service}:${call.action}`) {
    case 'ssm:GetParameter':
      return EKS_IMAGES.test(call.parameters.Name) ? image(call, call.parameters.Name) : undefined;
    case 'pricing:GetProducts':
      return json(200, { FormatVersion: 'aws_v1', PriceList: [] }, 'application/x-amz-json-1.1');
    case 'ecr-public:GetAuthorizationToken':
      return json(200, {
        authorizationData: { authorizationToken: Buffer.from('AWS:public').toString('base64'), expiresAt: Date.now() / 1000 + 12 * 3600 },
      }, 'application/x-amz-json-1.1');
    case 'servicequotas:GetServiceQuota':
      return quota(call, call.parameters.ServiceCode, call.parameters.QuotaCode);
    default:
      return undefined;
  }
}

function quota(call: Call, service: string, code: string): Answer {
  if (service !== 'ec2' || code !== VCPU_QUOTA.code) {
    return failure(call, 400, 'NoSuchResourceException', `The request failed because the specified service or quota ${service}/${code} does not exist.`);
  }
  return json(200, {
    Quota: {
      ServiceCode: 'ec2',
      ServiceName: 'Amazon Elastic Compute Cloud (Amazon EC2)',
      QuotaCode: code,
      QuotaName: 'Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances',
      Value: VCPU_QUOTA.value,
      Unit: 'None',
      Adjustable: true,
      GlobalQuota: false,
    },
  }, 'application/x-amz-json-1.1');
}

function image(call: Call, name: string): Answer {
  const id = imageId(name);
  if (!id) {
    return failure(call, 400, 'ParameterNotFound', `${name} not found`);
  }
  const parameter = { Name: name, Type: 'String', Value: id, Version: 1, DataType: 'text', ARN: `arn:aws:ssm:us-east-1::parameter${name}` };
  return json(200, { Parameter: parameter }, 'application/x-amz-json-1.1');
}

function imageId(name: string): string | undefined {
  if (name.includes('/amazon-linux-2023/')) {
    const [, kubernetes, arch, release] = AL2023.exec(name) ?? [];
    const published = ['recommended', `amazon-eks-node-al2023-${arch}-standard-${kubernetes}-${AL2023_RELEASE}`].includes(release);
    return published ? AL2023_IMAGES[arch] : undefined;
  }
  const kind = name.includes('arm64') ? 'arm64' : name.includes('gpu') ? 'gpu' : 'x86_64';
  return name.endsWith('/image_id') ? AL2_IMAGES[kind] : undefined;
}

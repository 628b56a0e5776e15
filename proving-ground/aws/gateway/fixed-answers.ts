import { Answer, failure, json } from './answers';
import { Call } from './call';

/** The images that the emulator of EC2 knows under these ids (emulator/images.json). */
const IMAGES = { x86_64: 'ami-0e0001000000000a1', arm64: 'ami-0e0001000000000a2', gpu: 'ami-0e0001000000000a3' };
/** vCPUs of all standard on-demand instances together, as an account has that runs a cluster or two. */
const VCPU_QUOTA = { code: 'L-1216C47A', value: 640 };
const EKS_IMAGES = /^\/aws\/service\/(eks\/optimized-ami|bottlerocket)\//;

/** Calls that AWS answers with facts of its own, the same for everybody. */
export function fixedAnswer(call: Call): Answer | undefined {
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
  if (!name.endsWith('/image_id')) {
    return failure(call, 400, 'ParameterNotFound', `${name} not found`);
  }
  const kind = name.includes('arm64') ? 'arm64' : name.includes('gpu') ? 'gpu' : 'x86_64';
  const parameter = { Name: name, Type: 'String', Value: IMAGES[kind], Version: 1, DataType: 'text', ARN: `arn:aws:ssm:us-east-1::parameter${name}` };
  return json(200, { Parameter: parameter }, 'application/x-amz-json-1.1');
}

import { Call } from './call';
import { escapeXml } from './xml';

/** A whole HTTP answer. */
export interface Answer { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string | Buffer }

export function json(status: number, body: unknown, contentType = 'application/json'): Answer {
  return { status, headers: { 'content-type': contentType }, body: JSON.stringify(body) };
}

export function xml(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'text/xml' }, body };
}

/** Services whose errors are XML; all the others speak JSON. */
const XML_SERVICES = ['iam', 'sts', 'cloudformation', 'autoscaling', 'sns', 'elasticloadbalancing'];

/** An error in the shape that the clients of the service understand. */
export function failure(call: Pick<Call, 'service' | 'headers'>, status: number, code: string, message: string): Answer {
  const request = '00000000-0000-0000-0000-000000000000';
  if (call.service === 'ec2') {
    return xml(status, '<?xml version="1.0" encoding="UTF-8"?>'
      + `<Response><Errors><Error><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error></Errors><RequestID>${request}</RequestID></Response>`);
  }
  if (call.service === 's3') {
    return xml(status, `<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message><RequestId>${request}</RequestId></Error>`);
  }
  const wantsJson = call.headers.accept?.includes('application/json');
  if (XML_SERVICES.includes(call.service) && !wantsJson) {
    return xml(status, `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`
      + `<RequestId>${request}</RequestId></ErrorResponse>`);
  }
  const answer = json(status, { __type: code, message, Message: message, Error: { Code: code, Message: message } }, 'application/x-amz-json-1.1');
  return { ...answer, headers: { ...answer.headers, 'x-amzn-errortype': code } };
}

/** What each service answers to whoever asks for too much. */
export function throttled(call: Call): Answer {
  switch (call.service) {
    case 'ec2': return failure(call, 503, 'RequestLimitExceeded', 'Request limit exceeded.');
    case 'autoscaling': return failure(call, 400, 'Throttling', 'Rate exceeded');
    default: return failure(call, 429, 'ThrottlingException', 'Rate exceeded');
  }
}

/** What each service answers to a role that may not do what it asks. */
export function denial(call: Call, principalArn: string, action: string, resource: string): Answer {
  const message = `User: ${principalArn} is not authorized to perform: ${action} on resource: ${resource}`;
  switch (call.service) {
    case 'ec2': return failure(call, 403, 'UnauthorizedOperation', `You are not authorized to perform this operation. ${message}`);
    case 'iam': case 'sts': case 'autoscaling': case 'cloudformation': case 's3': return failure(call, 403, 'AccessDenied', message);
    case 'eks': case 'lambda': return failure(call, 403, 'AccessDeniedException', message);
    default: return failure(call, 400, 'AccessDeniedException', message);
  }
}

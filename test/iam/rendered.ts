import { Template } from 'aws-cdk-lib/assertions';

const ACCOUNT = '111111111111';

/** What CloudFormation would make of a value of a template, with parameters given. */
export function rendered(template: Template, value: any, parameters: Record<string, string> = {}): any {
  const { Resources } = template.toJSON();
  const refs: Record<string, string> = {
    'AWS::Partition': 'aws', 'AWS::Region': 'us-east-1', 'AWS::AccountId': ACCOUNT, 'AWS::URLSuffix': 'amazonaws.com', ...parameters,
  };
  const render = (v: any): any => {
    if (Array.isArray(v)) {
      return v.map(render);
    }
    if (typeof v !== 'object' || v === null) {
      return v;
    }
    const [name, argument] = Object.entries(v)[0] as [string, any] ?? [];
    switch (name) {
      case 'Ref': {
        if (refs[argument] === undefined) {
          throw new Error(`no value for Ref ${argument}`);
        }
        return refs[argument];
      }
      case 'Fn::Join': return render(argument[1]).join(argument[0]);
      case 'Fn::Select': return render(argument[1])[Number(argument[0])];
      case 'Fn::Split': return render(argument[1]).split(argument[0]);
      case 'Fn::GetAtt': {
        const [id, attribute] = argument as [string, string];
        const resource = Resources[id];
        if (attribute === 'Value' && resource.Type === 'Custom::AWSCDKCfnJson') {
          return JSON.parse(render(resource.Properties.Value));
        }
        if (attribute === 'Arn' && resource.Type === 'AWS::IAM::Role') {
          return `arn:${refs['AWS::Partition']}:iam::${ACCOUNT}:role/${id}`;
        }
        throw new Error(`no value for ${attribute} of ${resource.Type}`);
      }
      default: return Object.fromEntries(Object.entries(v).map(([key, inner]) => [key, render(inner)]));
    }
  };
  return render(value);
}

import { Duration, Size, TimeZone, Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { checkKind, Kind, memberOf, refuse } from './kind';
import { known, text, textOf } from './kinds';

/**
 * Values of the CDK's own classes. They may come from another copy of it, or implement an interface in another language, so they are known by
 * a member that each must have.
 */
export function having<T>(members: readonly (keyof T & string)[], expected: string, look: (what: string, value: T) => void = () => {}): Kind<T> {
  return {
    expected,
    check: (what, value) => {
      if (typeof value !== 'object' || value === null || !members.every(name => name in value)) {
        refuse(what, value, expected);
      }
      look(what, value as T);
    },
  };
}

/** A time in whole seconds, between two. */
export function duration(minimum: Duration = Duration.seconds(0), maximum?: Duration): Kind<Duration> {
  const words = (each: Duration) => each.toSeconds() === 0 ? '0 seconds' : each.toHumanString();
  const atMost = maximum && words(maximum);
  const limits = atMost === undefined ? `of at least ${words(minimum)}` : `from ${words(minimum)} to ${atMost}`;
  const expected = `a Duration of whole seconds ${limits}, such as Duration.${minimum.toSeconds() > 60 ? `seconds(${minimum.toSeconds()})` : 'minutes(1)'}`;
  return having<Duration>(['toSeconds', 'toMilliseconds', 'toHumanString', 'isUnresolved'], expected, (what, given) => {
    if (given.isUnresolved()) {
      return;
    }
    const milliseconds = given.toMilliseconds();
    if (milliseconds % 1000 !== 0 || milliseconds < minimum.toMilliseconds() || (maximum && milliseconds > maximum.toMilliseconds())) {
      throw new Error(`${what} is ${given.toHumanString()}: set ${expected}`);
    }
  });
}

/** A time in whole minutes that is known at synthesis, between two. */
export function minutes(minimum: Duration, maximum: Duration): Kind<Duration> {
  const expected = `a Duration of whole minutes from ${minimum.toHumanString()} to ${maximum.toHumanString()}, such as Duration.hours(1)`;
  return having<Duration>(['toSeconds', 'toMilliseconds', 'toHumanString', 'isUnresolved'], expected, (what, given) => {
    if (given.isUnresolved()) {
      throw new Error(`${what} is a token: set a value that is known at synthesis, ${expected}`);
    }
    const milliseconds = given.toMilliseconds();
    if (milliseconds % 60_000 !== 0 || milliseconds < minimum.toMilliseconds() || milliseconds > maximum.toMilliseconds()) {
      throw new Error(`${what} is ${given.toHumanString()}: set ${expected}`);
    }
  });
}

/** An amount of bytes. */
export const SIZE: Kind<Size> = having<Size>(['toBytes', 'toGibibytes', 'isUnresolved'], 'a Size, such as Size.gibibytes(20)');

/** EKS' rule for the name of a cluster. */
const CLUSTER_NAME = textOf(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/, 'the name of a cluster, not its ARN: 1 to 100 letters, digits, - and _, the first a letter or digit');

/** The name may be a token. */
export const CLUSTER: Kind<eks.ICluster> = having<eks.ICluster>(['clusterName', 'clusterArn', 'node'],
  'eks.Cluster.fromClusterAttributes(...) or another eks.ICluster', (what, cluster) => {
    checkKind(memberOf(what, 'clusterName'), cluster.clusterName, CLUSTER_NAME);
  });

const ROLE_ARN = /^arn:[^:]+:iam::\d{12}:role\/.+$/;

/** Refuses the ARN of a user, of a session and of whatever else a role can be imported by. */
export function checkRoleArn(what: string, arn: string): void {
  if (!Token.isUnresolved(arn) && !ROLE_ARN.test(arn)) {
    throw new Error(`${what} is "${arn}", which is no role: set one whose ARN has the form arn:aws:iam::111111111111:role/name`);
  }
}

export const ROLE: Kind<iam.IRole> = having<iam.IRole>(['roleArn', 'roleName', 'node'], 'iam.Role.fromRoleArn(...) or another iam.IRole',
  (what, role) => checkRoleArn(what, role.roleArn));

export const INSTANCE_PROFILE: Kind<iam.IInstanceProfile> = having<iam.IInstanceProfile>(['instanceProfileName', 'instanceProfileArn'],
  'iam.InstanceProfile.fromInstanceProfileName(...) or another iam.IInstanceProfile');

export const QUEUE: Kind<sqs.IQueue> = having<sqs.IQueue>(['queueArn', 'queueName'], 'sqs.Queue.fromQueueArn(...) or another sqs.IQueue');

export const VPC: Kind<ec2.IVpc> = having<ec2.IVpc>(['vpcId', 'selectSubnets'], 'ec2.Vpc.fromLookup(...) or another ec2.IVpc');

export const SECURITY_GROUP: Kind<ec2.ISecurityGroup> = having<ec2.ISecurityGroup>(['securityGroupId', 'connections'],
  'ec2.SecurityGroup.fromSecurityGroupId(...) or another ec2.ISecurityGroup');

const ALARM_ARN = /^arn:[^:]+:cloudwatch:[^:]+:\d{12}:alarm:.+$/;

/** The ARN may be a token. */
export const ALARM: Kind<cloudwatch.IAlarm> = having<cloudwatch.IAlarm>(['alarmArn', 'alarmName', 'node'],
  'a cloudwatch.Alarm, a cloudwatch.CompositeAlarm or another cloudwatch.IAlarm', (what, { alarmArn }) => {
    if (!Token.isUnresolved(alarmArn) && !ALARM_ARN.test(alarmArn)) {
      throw new Error(`${what} is "${alarmArn}", which is no alarm: set one whose ARN has the form arn:aws:cloudwatch:us-east-1:111111111111:alarm:name`);
    }
  });

const A_TIME_ZONE = 'a time zone of the database of IANA, such as TimeZone.EUROPE_BERLIN';

/** One that Node knows, because our function reckons with it. */
export const TIME_ZONE: Kind<TimeZone> = having<TimeZone>(['timezoneName'], A_TIME_ZONE, (what, { timezoneName }) => {
  checkKind(what, timezoneName, known(text(A_TIME_ZONE, isTimeZone)));
});

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }) !== undefined;
  } catch (error) {
    if (error instanceof RangeError) {
      return false;
    }
    throw error;
  }
}

import { Arn, ArnFormat, CfnResource, Stack, Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { IConstruct } from 'constructs';
import { AlarmsConfiguration } from '../contract';

/** Alarms in the words of the functions; undefined where there are none. */
export function alarmsOf(alarms: readonly cloudwatch.IAlarm[]): AlarmsConfiguration | undefined {
  return alarms.length === 0 ? undefined : {
    AlarmArns: alarms.map(({ alarmArn }) => alarmArn),
    // An alarm that is imported may be a composite one.
    AlarmTypes: alarms.every(isMetricAlarm) ? ['MetricAlarm'] : ['CompositeAlarm', 'MetricAlarm'],
  };
}

/**
 * What reading the alarms takes. CloudWatch tells of composite alarms only whoever may read all alarms.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
 */
export function resourcesOf({ AlarmArns, AlarmTypes }: AlarmsConfiguration): readonly string[] {
  return AlarmTypes.includes('CompositeAlarm') ? ['*'] : AlarmArns;
}

function isMetricAlarm({ node }: cloudwatch.IAlarm): boolean {
  const { defaultChild } = node;
  return defaultChild !== undefined && CfnResource.isCfnResource(defaultChild) && defaultChild.cfnResourceType === CfnAlarm.CFN_RESOURCE_TYPE_NAME;
}

/** @throws where an alarm is in another region or account than the functions that would read it, as far as that is known */
export function assertNear(scope: IConstruct, alarms: readonly cloudwatch.IAlarm[] = []): void {
  const { region, account } = Stack.of(scope);
  alarms.forEach((alarm, index) => {
    const its = placeOf(alarm);
    if (isOther(its.region, region) || isOther(its.account, account)) {
      throw new Error(`\`scaleDown.pauseWhile[${index}]\` is an alarm of region ${shown(its.region)} and account ${shown(its.account)}, and the migration is in region `
        + `${shown(region)} and account ${shown(account)}: set alarms of the migration's own, where its function reads them`);
    }
  });
}

/** An alarm that is imported may say another place than its ARN. */
function placeOf({ alarmArn, env }: cloudwatch.IAlarm): { readonly region: string; readonly account: string } {
  const { region = env.region, account = env.account } = Token.isUnresolved(alarmArn) ? {} : Arn.split(alarmArn, ArnFormat.COLON_RESOURCE_NAME);
  return { region, account };
}

function isOther(one: string, other: string): boolean {
  return one !== other && !Token.isUnresolved(one) && !Token.isUnresolved(other);
}

function shown(place: string): string {
  return Token.isUnresolved(place) ? 'unknown' : place;
}

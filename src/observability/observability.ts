import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { MigrationAlarms, migrationAlarms, MigrationAlarmsOptions } from './alarms';
import { migrationDashboard, MigrationDashboardOptions } from './dashboard';
import { eventRule, MigrationEventOptions } from './event-rules';
import { metricOf } from './metrics';
import { ALARMS_OPTIONS, DASHBOARD_OPTIONS, EVENT_OPTIONS } from './shapes';
import { AwsProvider } from '../custom-resources/aws-provider';
import { checkShape } from '../input/shape';
import { MetricName } from '../workflow/metrics';

export interface ObservabilityProps {
  readonly clusterName: string;
  readonly stateMachine: sfn.StateMachine;
  /** How long one reason may block a run before it stops safely. */
  readonly patience: Duration;
}

/** What tells people how a migration gets on. It decides nothing about it, and makes no resource before it is asked for one. */
export class Observability extends Construct {
  private readonly rules: Construct;
  private dashboard?: cloudwatch.Dashboard;
  private alarms?: MigrationAlarms;

  constructor(scope: Construct, id: string, private readonly props: ObservabilityProps) {
    super(scope, id);
    // Users choose the ids of rules.
    this.rules = new Construct(this, 'Rules');
  }

  public metric(name: MetricName, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return metricOf(this, this.props.clusterName, name, options);
  }

  public addDashboard(options: MigrationDashboardOptions): cloudwatch.Dashboard {
    checkShape('addDashboard', options, DASHBOARD_OPTIONS);
    if (this.dashboard) {
      throw new Error(`"${this.node.scope!.node.path}" has a dashboard already: call addDashboard once, and add widgets of yours to what it returns`);
    }
    this.dashboard = migrationDashboard(this, 'Dashboard', {
      clusterName: this.props.clusterName,
      stateMachineArn: this.props.stateMachine.stateMachineArn,
      logGroupName: AwsProvider.getOrCreate(this).logGroup.logGroupName,
      metric: name => this.metric(name),
    }, options);
    return this.dashboard;
  }

  public addAlarms(options: MigrationAlarmsOptions): MigrationAlarms {
    checkShape('addAlarms', options, ALARMS_OPTIONS);
    if (this.alarms) {
      throw new Error(`"${this.node.scope!.node.path}" has its alarms already: call addAlarms once with all actions, or add others to what it returns`);
    }
    const { clusterName, patience, stateMachine } = this.props;
    this.alarms = migrationAlarms(new Construct(this, 'Alarms'), {
      clusterName,
      patience,
      metric: (name, given) => this.metric(name, given),
      metricFailed: given => stateMachine.metricFailed(given),
    }, options);
    return this.alarms;
  }

  public onEvent(method: string, id: string, options: MigrationEventOptions): events.Rule {
    checkShape(method, options, EVENT_OPTIONS);
    return eventRule(this.rules, this.props.clusterName, id, options);
  }
}

import { App } from 'aws-cdk-lib';
import { MigrationStage } from '../src';

/** What an app must be told of the cluster: `-c <name>=…`. */
export function context(app: App, name: string): string {
  const value = app.node.tryGetContext(name);
  if (typeof value !== 'string' || value === '') {
    throw new Error(`context value ${name} must be a non-empty string, got ${JSON.stringify(value)}: pass -c ${name}=…`);
  }
  return value;
}

/** The stage to deploy: `-c stage=…`, by default the first one. */
export function stage(app: App): MigrationStage {
  const value = app.node.tryGetContext('stage') ?? MigrationStage.INSTALL;
  if (!Object.values(MigrationStage).includes(value)) {
    throw new Error(`context value stage must be one of ${Object.values(MigrationStage).join(', ')}, got ${JSON.stringify(value)}`);
  }
  return value;
}

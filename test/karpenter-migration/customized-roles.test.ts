import { readFileSync } from 'fs';
import { join } from 'path';
import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { ENVIRONMENT, importCluster, migrate, only, Rendered, rendered, testApp } from './stack';
import { KarpenterRelease } from '../../src/karpenter/karpenter-release';

/** Some companies let nobody but a central team make roles; CDK then leaves them out, and reports what they would have to be. */
function customized(release: KarpenterRelease, options?: iam.CustomizeRolesOptions): { app: App; template: Rendered } {
  const app = testApp();
  iam.Role.customizeRoles(app, options);
  const stack = new Stack(app, 'Test', { env: ENVIRONMENT });
  migrate(scope => ({ release, cluster: importCluster(scope) }), stack);
  return { app, template: rendered(stack) };
}

interface ReportedRole {
  readonly roleConstructPath: string;
  readonly roleName: string;
  readonly managedPolicyArns: readonly string[];
  readonly identityPolicyStatements: readonly Statement[];
  readonly managedPolicyStatements: readonly Statement[];
}

interface Statement { readonly Action: string | readonly string[] }

function reportOf(app: App): readonly ReportedRole[] {
  return JSON.parse(readFileSync(join(app.outdir, 'iam-policy-report.json'), 'utf8')).roles;
}

const typesOf = ({ Resources }: Rendered) => Object.values(Resources).map(({ Type }) => Type).sort();
const OF_ROLES = /^AWS::IAM::(Role|Policy|ManagedPolicy)$/;
const actionsOf = (role: ReportedRole) => [...role.identityPolicyStatements, ...role.managedPolicyStatements].flatMap(({ Action }) => Action);

describe.each([['v0', () => KarpenterRelease.v0()], ['v1', () => KarpenterRelease.v1()]] as const)('iam.Role.customizeRoles with the release %s', (_, release) => {
  test('leaves all roles and policies to others, and says in its report what each has to be allowed', () => {
    const { app, template } = customized(release());
    const roles = reportOf(app);
    const roleAt = (path: string) => roles.find(({ roleConstructPath }) => roleConstructPath === `Test/${path}`)!;

    expect(typesOf(template).filter(type => OF_ROLES.test(type))).toEqual([]);
    expect(actionsOf(roleAt('KarpenterMigrationAws/Role')))
      .toEqual(expect.arrayContaining(['lambda:InvokeFunction', 'eks:DescribeNodegroup', 'ec2:DescribeSubnets', 'states:StartExecution', 'ec2:CreateTags']));
    expect(actionsOf(roleAt('Migration/Stage/Workflow/StateMachine/Role'))).toEqual(expect.arrayContaining(['lambda:InvokeFunction', 'states:StartExecution']));
    expect(roleAt('Migration/NodeRole').managedPolicyArns).toContain('arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy');
    expect(actionsOf(roleAt('Migration/ControllerRole/Role'))).toEqual(expect.arrayContaining(['ec2:CreateFleet', 'ec2:TerminateInstances', 'iam:PassRole']));
  });

  test('takes the roles that it names', () => {
    const usePrecreatedRoles = { 'Test/Migration/NodeRole': 'nodes', 'Test/KarpenterMigrationAws/Role': 'migration' };
    const { app, template } = customized(release(), { usePrecreatedRoles });
    const functions = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');

    expect(JSON.stringify(only(template, 'Custom::KarpenterNodeAccess').Properties.RoleArn)).toMatch(/:role\/nodes"/);
    expect(functions.filter(({ Properties }) => /:role\/migration"/.test(JSON.stringify(Properties.Role)))).toHaveLength(1);
    expect(reportOf(app).map(({ roleName }) => roleName)).toEqual(expect.arrayContaining(['nodes', 'migration']));
  });

  test('makes the roles as ever where it only reports', () => {
    const { app, template } = customized(release(), { preventSynthesis: false });
    const rolesOf = (rendering: Rendered) => typesOf(rendering).filter(type => type === 'AWS::IAM::Role');

    expect(rolesOf(template)).toEqual(rolesOf(rendered(migrate(() => ({ release: release() })).stack)));
    expect(reportOf(app).length).toBeGreaterThan(5);
  });
});

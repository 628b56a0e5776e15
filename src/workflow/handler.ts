import { MigrationStageProperties } from './contract';
import { MigrationStage } from './migration-stage';
import { planRemoval } from './plan';
import { StagePort } from './port';
import { done, Outcome, ResourceHandler, ResourceRequest, waiting } from '../handlers/lifecycle';
import { oneOf, optionalText, text } from '../handlers/properties';

/**
 * The resource that knows the stage. It is the last to be created and the first to go, so everything else still stands
 * when it looks at what is left of Karpenter.
 */
export function migrationStageHandler(connect: (properties: MigrationStageProperties) => StagePort): ResourceHandler<MigrationStageProperties> {
  return {
    patienceMinutes: 50,
    parse: raw => ({
      ClusterName: text(raw, 'ClusterName'),
      KubectlRoleArn: text(raw, 'KubectlRoleArn'),
      KubernetesFunctionArn: text(raw, 'KubernetesFunctionArn'),
      Stage: oneOf(raw, 'Stage', Object.values(MigrationStage)),
      Owner: text(raw, 'Owner'),
      OwnerKey: text(raw, 'OwnerKey'),
      Revision: optionalText(raw, 'Revision'),
    }),
    identify: properties => `karpenter-migration/${properties.ClusterName}`,
    apply: async (request) => {
      const { Stage } = request.properties;
      if (request.type === 'Create' && Stage !== MigrationStage.INSTALL) {
        throw new Error(`the first deployment of a migration must have stage INSTALL, got ${Stage}: a creation that rolls back takes its resources away`);
      }
      return Stage === MigrationStage.REMOVED ? verifyRemoved(connect(request.properties), request) : stageReached(request);
    },
    remove: async (request) => {
      const port = connect(request.properties);
      if (request.properties.Stage === MigrationStage.REMOVED) {
        return verifyRemoved(port, request);
      }
      // A creation that rolls back takes the claim itself away.
      if (!await port.isRollingBack(request.stackId)) {
        await port.abandonClaim(request.properties.Owner);
        log('the stack is deleted without stage REMOVED: karpenter, its roles, tags and mapping are left working; a later deployment takes them over', request);
      }
      return done();
    },
  };
}

async function verifyRemoved(port: StagePort, request: ResourceRequest<MigrationStageProperties>): Promise<Outcome> {
  // No ping-pong: what a rollback finds was verified by the deployment that it goes back to.
  if (request.type === 'Update' && await port.isRollingBack(request.stackId)) {
    return stageReached(request);
  }
  const removal = planRemoval([...await port.kubernetesRemaining(), ...await port.instancesRemaining()]);
  switch (removal.kind) {
    case 'wait':
      return waiting(removal.reason);
    case 'refuse':
      throw new Error(removal.reason);
    case 'gone': {
      const deleted = await port.deleteLaunchTemplates();
      log(`no machine, node or instance of karpenter is left; launch templates deleted: ${deleted.join(', ') || 'none'}`, request);
      return stageReached(request);
    }
  }
}

function stageReached(request: ResourceRequest<MigrationStageProperties>): Outcome {
  return done({ Stage: request.properties.Stage });
}

function log(message: string, request: ResourceRequest<MigrationStageProperties>): void {
  console.log(JSON.stringify({ level: 'info', message, cluster: request.properties.ClusterName, stage: request.properties.Stage, owner: request.properties.Owner }));
}

import {
  DescribeAddonCommand, DescribeAddonConfigurationCommand, EKSClient, InvalidParameterException, ResourceInUseException, ResourceNotFoundException,
  UpdateAddonCommand,
} from '@aws-sdk/client-eks';
import { Addon, AddonsPort, AddonUpdate } from './port';
import { CLIENT_OPTIONS } from '../../custom-resources/client-options';
import { Fence } from '../../custom-resources/fence';

/** The managed add-ons of a cluster. */
export class AwsAddons implements AddonsPort {
  public constructor(private readonly clusterName: string, private readonly fence: Fence, private readonly eks = new EKSClient(CLIENT_OPTIONS)) {}

  public async read(addonName: string): Promise<Addon | undefined> {
    try {
      const { addon } = await this.eks.send(new DescribeAddonCommand({ clusterName: this.clusterName, addonName }));
      return {
        name: addonName,
        version: addon!.addonVersion!,
        status: addon!.status!,
        configuration: addon!.configurationValues,
        serviceAccountRoleArn: addon!.serviceAccountRoleArn,
        issues: (addon!.health?.issues ?? []).map(issue => `${issue.code}: ${issue.message}`),
      };
    } catch (error) {
      if (error instanceof ResourceNotFoundException) {
        return undefined;
      }
      throw error;
    }
  }

  public async schema(addonName: string, addonVersion: string): Promise<string | undefined> {
    return (await this.eks.send(new DescribeAddonConfigurationCommand({ addonName, addonVersion }))).configurationSchema;
  }

  public async configure(addon: Addon, configurationValues: string): Promise<AddonUpdate> {
    await this.fence.check();
    try {
      await this.eks.send(new UpdateAddonCommand({
        clusterName: this.clusterName,
        addonName: addon.name,
        configurationValues,
        // Overwriting would also undo what its owner edited elsewhere, such as the Corefile; doing nothing at all fails on such edits.
        resolveConflicts: 'PRESERVE',
        // An update without the role takes it away.
        serviceAccountRoleArn: addon.serviceAccountRoleArn,
      }));
      return { kind: 'started' };
    } catch (error) {
      if (error instanceof ResourceInUseException) {
        return { kind: 'busy' };
      }
      if (error instanceof InvalidParameterException) {
        return { kind: 'refused', says: error.message };
      }
      throw error;
    }
  }
}

import { CreateServiceLinkedRoleCommand, GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { SPOT_ROLE_NAME, SPOT_SERVICE } from './contract';
import { SpotRolePort } from './handler';
import { CLIENT_OPTIONS } from '../../custom-resources/client-options';

/** The role through IAM. */
export class IamSpotRole implements SpotRolePort {
  public constructor(private readonly iam = new IAMClient(CLIENT_OPTIONS)) {}

  public async exists(): Promise<boolean> {
    try {
      await this.iam.send(new GetRoleCommand({ RoleName: SPOT_ROLE_NAME }));
      return true;
    } catch (error) {
      if ((error as Error).name.startsWith('NoSuchEntity')) {
        return false;
      }
      throw error;
    }
  }

  public async create(): Promise<void> {
    try {
      await this.iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: SPOT_SERVICE }));
    } catch (error) {
      // IAM has no error of its own for a role that is there already.
      if (!((error as Error).name.startsWith('InvalidInput') && await this.exists())) {
        throw error;
      }
    }
  }
}

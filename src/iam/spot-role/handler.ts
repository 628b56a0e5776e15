import { SPOT_ROLE_NAME, SpotRoleProperties } from './contract';
import { done, ResourceHandler } from '../../custom-resources/lifecycle';
import { optionalText } from '../../custom-resources/properties';
import { whenRightsSettled } from '../../custom-resources/settle';

/** The service-linked role of the account. */
export interface SpotRolePort {
  exists(): Promise<boolean>;
  /** Somebody who was quicker is no error. */
  create(): Promise<void>;
}

/** Makes the role unless there is one. It never goes: whoever else launches Spot instances in the account needs it too. */
export function spotRoleHandler(port: SpotRolePort): ResourceHandler<SpotRoleProperties> {
  return {
    patienceMinutes: 5,
    takesNothingBack: true,
    parse: raw => ({ Revision: optionalText(raw, 'Revision') }),
    identify: () => SPOT_ROLE_NAME,
    apply: ({ elapsed }) => whenRightsSettled(elapsed, async () => {
      if (!await port.exists()) {
        await port.create();
      }
      return done();
    }),
    remove: async () => done(),
  };
}

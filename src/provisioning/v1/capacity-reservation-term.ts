import { Token } from 'aws-cdk-lib';
import { Selection, checkSelectionTags } from './selector-terms';
import { ANY_TEXT, map, oneOf } from '../../input/kinds';
import { checkShape, Shape } from '../../input/shape';

/** Which instances a capacity reservation takes. */
export enum InstanceMatchCriteria {
  /** All that fit it. */
  OPEN = 'open',

  /** Only those that name it. */
  TARGETED = 'targeted',
}

/** What a capacity reservation must have; all that is given must match. */
export interface CapacityReservationMatch {
  /**
   * Tags of the reservation, `*` for any value; at most 20.
   *
   * @default - any tags, which needs `instanceMatchCriteria`
   */
  readonly tags?: { [key: string]: string };

  /**
   * Which instances it takes. Needs Karpenter 1.8.
   *
   * @default - either, which needs `tags`
   */
  readonly instanceMatchCriteria?: InstanceMatchCriteria;

  /**
   * The account that owns it, of 12 digits.
   *
   * @default - any that shares it with the cluster's
   */
  readonly ownerId?: string;
}

const CAPACITY_RESERVATION_MATCH: Shape<CapacityReservationMatch> = {
  tags: map(ANY_TEXT),
  instanceMatchCriteria: oneOf(InstanceMatchCriteria),
  ownerId: ANY_TEXT,
};

/**
 * Which capacity reservations nodes may use; all that match any term.
 *
 * @see https://karpenter.sh/docs/concepts/nodeclasses/#speccapacityreservationselectorterms
 */
export class CapacityReservationTerm {
  /**
   * One reservation.
   *
   * @param id such as `cr-0123456789abcdef0`
   */
  public static id(id: string): CapacityReservationTerm {
    if (!Token.isUnresolved(id) && !/^cr-[0-9a-z]+$/.test(id)) {
      throw new Error(`capacity reservation id is "${id}": set one such as "cr-0123456789abcdef0"`);
    }
    return new CapacityReservationTerm({ id });
  }

  /**
   * Reservations by their tags or by which instances they take, or both.
   *
   * Fails on neither: the owner alone would match all that he has.
   */
  public static matching(match: CapacityReservationMatch): CapacityReservationTerm {
    checkShape('CapacityReservationTerm.matching', match, CAPACITY_RESERVATION_MATCH);
    const { tags, instanceMatchCriteria, ownerId } = match;
    if (tags === undefined && instanceMatchCriteria === undefined) {
      throw new Error('capacity reservation term has neither `tags` nor `instanceMatchCriteria`: set one of them');
    }
    if (tags) {
      checkSelectionTags('capacity reservation term', tags);
    }
    if (ownerId !== undefined && !Token.isUnresolved(ownerId) && !/^\d{12}$/.test(ownerId)) {
      throw new Error(`capacity reservation term has the \`ownerId\` "${ownerId}": set an account id of 12 digits`);
    }
    return new CapacityReservationTerm({ tags, instanceMatchCriteria, ownerID: ownerId });
  }

  private constructor(private readonly fields: Selection) {}

  /**
   * The term as the API has it.
   *
   * @internal
   */
  public _render(): Selection {
    return this.fields;
  }
}

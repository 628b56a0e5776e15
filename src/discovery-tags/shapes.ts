import { SecurityGroupSource, SubnetSource } from './sources';
import { instance } from '../input/kinds';

/** The network of nodes, as several constructs are given it. */

export const SUBNETS = instance(SubnetSource, 'SubnetSource.nodegroups() or SubnetSource.ids(...)');

export const SECURITY_GROUPS = instance(SecurityGroupSource, 'SecurityGroupSource.nodegroups() or another SecurityGroupSource');

import { AmiAlias, AmiTerm, NodeClassAmiFamily } from './ami';
import { CapacityReservationTerm } from './capacity-reservation-term';
import { EC2NodeClassOptions, InstanceStorePolicy } from './ec2-node-class-options';
import { KARPENTER_V1 } from './karpenter-rules';
import { ConnectionTracking, NetworkInterfaceType, NodeNetworkInterface, PlacementGroup } from './node-class-network';
import { NodeClassBlockDevice, NodeClassBlockDeviceMapping } from './node-class-volumes';
import { SecurityGroupTerm, SubnetTerm } from './selector-terms';
import { duration, ROLE } from '../../input/cdk-kinds';
import { ANY_TEXT, FLAG, instance, integer, list, oneOf, required, TEXT } from '../../input/kinds';
import { Shape, struct } from '../../input/shape';
import { BLOCK_DEVICE, BLOCK_DEVICE_MAPPING, INSTANCE_PROFILE_NAME, KUBELET_SETTINGS, LABELS, METADATA_OPTIONS, TAGS } from '../shapes';

const { initializationRate, blockDevices, networkInterfaces } = KARPENTER_V1;

const NODE_CLASS_BLOCK_DEVICE: Shape<NodeClassBlockDevice> = {
  ...BLOCK_DEVICE,
  volumeInitializationRate: integer(initializationRate.minimum, initializationRate.maximum),
};

const NODE_CLASS_BLOCK_DEVICE_MAPPING: Shape<NodeClassBlockDeviceMapping> = {
  ...BLOCK_DEVICE_MAPPING,
  ebs: required(struct(NODE_CLASS_BLOCK_DEVICE)),
  rootVolume: FLAG,
};

const NODE_NETWORK_INTERFACE: Shape<NodeNetworkInterface> = {
  networkCardIndex: required(integer(0)),
  deviceIndex: required(integer(0)),
  interfaceType: required(oneOf(NetworkInterfaceType)),
};

const CONNECTION_TRACKING: Shape<ConnectionTracking> = {
  tcpEstablishedTimeout: duration(),
  udpStreamTimeout: duration(),
  udpTimeout: duration(),
};

export const EC2_NODE_CLASS_OPTIONS: Shape<EC2NodeClassOptions> = {
  name: ANY_TEXT,
  role: ROLE,
  instanceProfile: INSTANCE_PROFILE_NAME,
  amiAlias: instance(AmiAlias, 'AmiAlias.al2023Latest() or another AmiAlias'),
  amiSelectorTerms: list(instance(AmiTerm, 'AmiTerm.id(...) or another AmiTerm')),
  amiFamily: oneOf(NodeClassAmiFamily),
  subnetSelectorTerms: list(instance(SubnetTerm, 'SubnetTerm.tags(...) or another SubnetTerm')),
  securityGroupSelectorTerms: list(instance(SecurityGroupTerm, 'SecurityGroupTerm.tags(...) or another SecurityGroupTerm')),
  capacityReservationSelectorTerms: list(instance(CapacityReservationTerm, 'CapacityReservationTerm.id(...) or another CapacityReservationTerm')),
  blockDeviceMappings: list(struct(NODE_CLASS_BLOCK_DEVICE_MAPPING), { maximum: blockDevices }),
  instanceStorePolicy: oneOf(InstanceStorePolicy),
  metadataOptions: struct(METADATA_OPTIONS),
  kubelet: struct(KUBELET_SETTINGS),
  userData: ANY_TEXT,
  tags: TAGS,
  detailedMonitoring: FLAG,
  associatePublicIpAddress: FLAG,
  ipPrefixCount: integer(0),
  networkInterfaces: list(struct(NODE_NETWORK_INTERFACE), { maximum: networkInterfaces }),
  connectionTracking: struct(CONNECTION_TRACKING),
  placementGroup: instance(PlacementGroup, 'PlacementGroup.byName(...) or PlacementGroup.byId(...)'),
  nestedVirtualization: FLAG,
  context: TEXT,
  objectLabels: LABELS,
  objectAnnotations: LABELS,
};

/** The tag that this generation of Karpenter puts on all that it launches; its value is the Provisioner's name. */
export const OWNER_TAG = 'karpenter.sh/provisioner-name';

# Drains and ends NODES, one after the other, of NODEGROUPS, which are fixed at one node in the end as the guide says.
size() {
  for NODEGROUP in ${NODEGROUPS}; do
    aws eks update-nodegroup-config --cluster-name ${CLUSTER_NAME} --nodegroup-name ${NODEGROUP} --scaling-config "$1"
  done
}
# Auto Scaling ends nothing below the minimum.
size minSize=1
for NODE in ${NODES}; do
  INSTANCE=$(kubectl get node ${NODE} -o jsonpath='{.spec.providerID}')
  kubectl drain ${NODE} --ignore-daemonsets --delete-emptydir-data
  aws autoscaling terminate-instance-in-auto-scaling-group --instance-id ${INSTANCE##*/} --should-decrement-desired-capacity
done
size minSize=1,maxSize=1,desiredSize=1

# Adds to the affinity of Karpenter's Deployment what the guide says: edit-affinity.sh FILE NODEGROUP...
file=$1
shift
awk -v groups="$*" '{ print } /operator: DoesNotExist/ {
  print "            - matchExpressions:\n              - key: eks.amazonaws.com/nodegroup\n                operator: In\n                values:"
  n = split(groups, names, " ")
  for (i = 1; i <= n; i++) print "                - " names[i]
}' "$file" > "$file.edited"
mv "$file.edited" "$file"

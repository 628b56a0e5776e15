# Types into the aws-auth of `kubectl edit`: edit-map-roles.sh add|remove FILE
file=$2
case $1 in
  add)
    awk -v arn="$ROLE_ARN" '/^  mapUsers:/ {
      print "    - groups:\n      - system:bootstrappers\n      - system:nodes\n      rolearn: " arn "\n      username: system:node:{{EC2PrivateDNSName}}"
    } { print }' "$file" > "$file.edited" ;;
  remove)
    # Its five lines: of an entry that is known by its third but one.
    awk -v arn="$ROLE_ARN" '{ lines[NR] = $0 } index($0, arn) { at = NR } END {
      for (i = 1; i <= NR; i++) if (i < at - 3 || i > at + 1) print lines[i]
    }' "$file" > "$file.edited" ;;
esac
cat "$file.edited" > "$file"

#!/probe/busybox sh
# Health check of a container: http-probe URL WORD is healthy when URL answers 200 and its body has WORD in it. Runs in images that have
# neither a shell nor a client, so it brings both: a static busybox, which the service `prepare` lays beside it.
body=$(/probe/busybox wget -q -O - "$1" 2>&1) || {
  echo "$1: $body"
  exit 1
}
case $body in
  *"$2"*) ;;
  *)
    echo "$1 answered without \"$2\": $body"
    exit 1
    ;;
esac

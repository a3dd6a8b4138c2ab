{{/* What cannot be right is said at once, in a sentence, instead of by a pod that does not start. */}}
{{- define "pulsecheck.checks" -}}
{{- $v := .Values -}}
{{- $external := $v.secrets.existingSecret -}}
{{- if and (not $v.postgres.enabled) (not $external) (not $v.externalDatabase.url) -}}
{{- fail "postgres.enabled is false: give externalDatabase.url, or secrets.existingSecret with a DATABASE_URL." -}}
{{- end -}}
{{- if and (not $v.redis.enabled) (not $external) (not $v.externalRedis.url) -}}
{{- fail "redis.enabled is false: give externalRedis.url, or secrets.existingSecret with a REDIS_URL." -}}
{{- end -}}
{{- if and $v.postgres.enabled $v.externalDatabase.url -}}
{{- fail "externalDatabase.url is set, and so is postgres.enabled, whose database would be used: keep one." -}}
{{- end -}}
{{- if and $v.redis.enabled $v.externalRedis.url -}}
{{- fail "externalRedis.url is set, and so is redis.enabled, whose Redis would be used: keep one." -}}
{{- end -}}
{{- if and $v.networkPolicy.enabled (not $v.postgres.enabled) (not $v.externalDatabase.cidrs) -}}
{{- fail "The network policy would keep api and worker from the external database: give externalDatabase.cidrs, the networks it is in." -}}
{{- end -}}
{{- if and $v.networkPolicy.enabled (not $v.redis.enabled) (not $v.externalRedis.cidrs) -}}
{{- fail "The network policy would keep api and worker from the external Redis: give externalRedis.cidrs, the networks it is in." -}}
{{- end -}}
{{- range $name, $value := omit $v.secrets "existingSecret" -}}
{{- if and $external $value -}}
{{- fail (printf "secrets.existingSecret is set, and so is secrets.%s beside it, which nobody would read: keep one." $name) -}}
{{- end -}}
{{- end -}}
{{- range $provider := list "google" "github" -}}
{{- $id := printf "%sClientId" $provider -}}
{{- $secret := printf "%sClientSecret" $provider -}}
{{- if ne (empty (get $v.secrets $id)) (empty (get $v.secrets $secret)) -}}
{{- fail (printf "secrets.%s and secrets.%s go together: with one of them nobody could sign in there." $id $secret) -}}
{{- end -}}
{{- end -}}
{{- range $name := list "operator" "dashboard" -}}
{{- if and (get $v.metrics $name) (not $v.metrics.enabled) -}}
{{- fail (printf "metrics.%s is set, but metrics.enabled is not, and there would be nothing to show." $name) -}}
{{- end -}}
{{- end -}}
{{- range $name := list "EXTRA_CA_FILE" "CATALOGUE_FILE" -}}
{{- with get $v.config $name -}}
{{- if not (and $v.extraFiles (hasPrefix "/etc/pulsecheck/" .)) -}}
{{- fail (printf "config.%s is %s, which is in no pod: extraFiles names a Secret whose files are in /etc/pulsecheck there." $name .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and $v.secrets.secretKey (lt (len $v.secrets.secretKey) 32) -}}
{{- fail "secrets.secretKey is shorter than 32 characters; openssl rand -hex 32 makes one." -}}
{{- end -}}
{{- if and $v.secrets.previousSecretKey (lt (len $v.secrets.previousSecretKey) 32) -}}
{{- fail "secrets.previousSecretKey is shorter than 32 characters: it is no key that this installation had." -}}
{{- end -}}
{{- if and (eq $v.signUp "open") $v.egress.allowCidrs -}}
{{- fail "signUp=open lets strangers in, and egress.allowCidrs would let them look into private networks: use signUp=allowlist, or empty allowCidrs." -}}
{{- end -}}
{{- if and $v.ingress.enabled $v.ingress.tls.enabled (not (hasPrefix "https://" $v.publicUrl)) -}}
{{- fail (printf "ingress.tls is enabled, but publicUrl is %s: it has to begin with https://, or cookies are not marked as secure." $v.publicUrl) -}}
{{- end -}}
{{- if $v.ingress.enabled -}}
{{- $host := (urlParse $v.publicUrl).hostname -}}
{{- if ne $host $v.ingress.host -}}
{{- fail (printf "publicUrl is at %s, but the ingress answers for %s: sign-in would end at the wrong place." $host $v.ingress.host) -}}
{{- end -}}
{{- end -}}
{{- range $url, $where := dict $v.externalDatabase.url "externalDatabase.url" $v.externalRedis.url "externalRedis.url" -}}
{{- if and $external $url -}}
{{- fail (printf "secrets.existingSecret is set, and so is %s beside it, which nobody would read: keep one." $where) -}}
{{- end -}}
{{- end -}}
{{- if $v.networkPolicy.enabled -}}
{{- if not $v.postgres.enabled -}}
{{- include "pulsecheck.samePort" (list "externalDatabase" $v.externalDatabase "5432") -}}
{{- end -}}
{{- if not $v.redis.enabled -}}
{{- include "pulsecheck.samePort" (list "externalRedis" $v.externalRedis "6379") -}}
{{- end -}}
{{- end -}}
{{- range $v.egress.allowCidrs -}}
{{- if regexMatch "^(169[.]254[.]|169[.].*/([89]|1[0-5])$|.*[.].*/[0-7]$|.*:.*/[0-6]$|[fF][eE][89abAB][0-9a-fA-F]:)" . -}}
{{- fail (printf "egress.allowCidrs has %s: that opens more than a private network, or link-local addresses, where clouds give away keys." .) -}}
{{- end -}}
{{- end -}}
{{- range $name, $value := $v.config -}}
{{- if regexMatch "^(SECRET_KEY|SECRET_KEY_PREVIOUS|DATABASE_URL|REDIS_URL|(GOOGLE|GITHUB)_CLIENT_(ID|SECRET)|SMTP_PASSWORD)(_FILE)?$" $name -}}
{{- fail (printf "config.%s: it would stand in a ConfigMap; the place of secrets is secrets, or the Secret that secrets.existingSecret names." $name) -}}
{{- end -}}
{{- $own := dict "PUBLIC_URL" "publicUrl" "FRONTEND_URL" "publicUrl" "OAUTH_REDIRECT_BASE_URL" "oauthRedirectBaseUrl" -}}
{{- $own = merge $own (dict "SIGN_UP" "signUp" "SIGN_UP_ALLOWLIST" "signUpAllowlist" "OPERATOR_EMAILS" "operatorEmails") -}}
{{- $own = merge $own (dict "TRUSTED_PROXIES" "trustedProxies" "ALLOW_CIDRS" "egress.allowCidrs" "LOCAL_NETWORKS" "egress.allowCidrs") -}}
{{- if $v.networkPolicy.enabled -}}{{- $_ := set $own "ONLY_PORTS" "egress.ports" -}}{{- end -}}
{{- with get $own $name -}}
{{- fail (printf "config.%s: the chart has a value for that, %s." $name .) -}}
{{- end -}}
{{- end -}}
{{- /* In a private network that is open every port is: what is there needs none of the internet. */ -}}
{{- if and $v.networkPolicy.enabled (not $v.egress.allowCidrs) -}}
{{- $open := dict -}}
{{- range $v.egress.ports -}}{{- $_ := set $open (int . | toString) true -}}{{- end -}}
{{- if $v.config.SMTP_HOST -}}
{{- $usual := get (dict "tls" 465 "none" 25) ($v.config.SMTP_SECURITY | default "starttls") | default 587 -}}
{{- $port := int ($v.config.SMTP_PORT | default $usual) -}}
{{- if not (hasKey $open ($port | toString)) -}}
{{- fail (printf "The network policy would keep mail from %s: egress.ports lacks %d." $v.config.SMTP_HOST $port) -}}
{{- end -}}
{{- end -}}
{{- range $v.config.ALLOW_PORTS | default "" | toString | splitList "," | compact -}}
{{- if not (hasKey $open (trim .)) -}}
{{- fail (printf "config.ALLOW_PORTS opens %s, which the network policy would keep closed: add it to egress.ports, or name its network in egress.allowCidrs." (trim .)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if gt (int $v.api.autoscaling.minReplicas) (int $v.api.autoscaling.maxReplicas) -}}
{{- fail "api.autoscaling.minReplicas is larger than maxReplicas." -}}
{{- end -}}
{{- end }}

{{/* The port of an address is the one that the policy opens: (list "externalDatabase" .Values.externalDatabase "5432"). */}}
{{- define "pulsecheck.samePort" -}}
{{- $part := index . 1 -}}
{{- with $part.url -}}
{{- $place := regexReplaceAll "^[a-z]+://([^/?]*@)?([^/?]*).*$" . "${2}" -}}
{{- $port := regexFind ":[0-9]+$" $place | trimPrefix ":" | default (index $ 2) -}}
{{- if ne $port (int $part.port | toString) -}}
{{- fail (printf "%s.url is at port %s, but the network policy would open %d: set %s.port." (index $ 0) $port (int $part.port) (index $ 0)) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* The given key, else the one that is kept in the cluster, else a new one: (dict "given" … "kept" … "previous" …). */}}
{{- define "pulsecheck.secretKey" -}}
{{- if and .given .kept (ne .given .kept) (ne (.previous | default "") .kept) -}}
{{- fail "secrets.secretKey is not the key that this installation has, and what that one sealed would be lost: give that one as secrets.previousSecretKey, or leave secrets.secretKey out." -}}
{{- end -}}
{{- .given | default .kept | default (randAlphaNum 64) -}}
{{- end }}

{{/* The given password, else the one that is kept in the cluster, else a new one: (dict "given" … "kept" …). */}}
{{- define "pulsecheck.postgresPassword" -}}
{{- if and .given .kept (ne .given .kept) -}}
{{- fail "secrets.postgresPassword is not the one that this database was made with, and a Secret does not change it: leave it out, or change it in PostgreSQL (alter role pulsecheck password …) and in the Secret first." -}}
{{- end -}}
{{- .given | default .kept | default (randAlphaNum 32) -}}
{{- end }}

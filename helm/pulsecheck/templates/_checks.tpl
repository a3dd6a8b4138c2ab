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
{{- if and $v.networkPolicy.enabled (not $v.postgres.enabled) (not $v.externalDatabase.cidrs) -}}
{{- fail "The network policy would keep api and worker from the external database: give externalDatabase.cidrs, the networks it is in." -}}
{{- end -}}
{{- if and $v.networkPolicy.enabled (not $v.redis.enabled) (not $v.externalRedis.cidrs) -}}
{{- fail "The network policy would keep api and worker from the external Redis: give externalRedis.cidrs, the networks it is in." -}}
{{- end -}}
{{- if and $external (or $v.secrets.secretKey $v.secrets.postgresPassword $v.secrets.googleClientSecret $v.secrets.githubClientSecret $v.secrets.smtpPassword) -}}
{{- fail "secrets.existingSecret is set, and so is a secret beside it, which nobody would read: keep one." -}}
{{- end -}}
{{- if and $v.secrets.secretKey (lt (len $v.secrets.secretKey) 32) -}}
{{- fail "secrets.secretKey is shorter than 32 characters; openssl rand -hex 32 makes one." -}}
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
{{- if gt (int $v.api.autoscaling.minReplicas) (int $v.api.autoscaling.maxReplicas) -}}
{{- fail "api.autoscaling.minReplicas is larger than maxReplicas." -}}
{{- end -}}
{{- end }}

{{/* The given password, else the one that is kept in the cluster, else a new one: (dict "given" … "kept" …). */}}
{{- define "pulsecheck.postgresPassword" -}}
{{- if and .given .kept (ne .given .kept) -}}
{{- fail "secrets.postgresPassword is not the one that this database was made with, and a Secret does not change it: leave it out, or change it in PostgreSQL (alter role pulsecheck password …) and in the Secret first." -}}
{{- end -}}
{{- .given | default .kept | default (randAlphaNum 32) -}}
{{- end }}

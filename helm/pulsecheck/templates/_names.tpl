{{/* Names, labels and addresses that several templates share. */}}

{{- define "pulsecheck.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" }}{{ end -}}
{{- end }}

{{/* Labels that select: of one part with (list $ "api"), of the whole release with (list $ ""). */}}
{{- define "pulsecheck.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ $root.Chart.Name }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
{{- with index . 1 }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end }}

{{- define "pulsecheck.labels" -}}
{{- $root := index . 0 -}}
{{ include "pulsecheck.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- end }}

{{/* The image of a part: (list $ .Values.api). A tag that nobody chose stops the rendering; the published chart has its own version. */}}
{{- define "pulsecheck.image" -}}
{{- $root := index . 0 -}}
{{- $image := (index . 1).image -}}
{{- $tag := $image.tag | default $root.Values.image.tag | default $root.Chart.AppVersion | toString -}}
{{- if eq $tag "REPLACED_AT_DEPLOY" -}}
{{- fail (printf "Say which build of %s is meant: --set-string image.tag=… (make deploy and make -f Makefile.prod deploy-prod do that)." $image.repository) -}}
{{- end -}}
{{- with $root.Values.image.registry }}{{ trimSuffix "/" . }}/{{ end }}{{ $image.repository }}:{{ $tag }}
{{- end }}

{{- define "pulsecheck.secretName" -}}
{{- .Values.secrets.existingSecret | default (printf "%s-secrets" (include "pulsecheck.name" .)) -}}
{{- end }}

{{/* One variable from the Secret: (list $ "SECRET_KEY" false); true where it may be missing. */}}
{{- define "pulsecheck.secretEnv" -}}
- name: {{ index . 1 }}
  valueFrom:
    secretKeyRef:
      name: {{ include "pulsecheck.secretName" (index . 0) }}
      key: {{ index . 1 }}
      {{- if index . 2 }}
      optional: true
      {{- end }}
{{- end }}

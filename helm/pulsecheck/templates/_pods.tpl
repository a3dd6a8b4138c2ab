{{/* What pods have in common: where they run, what they may do, what they wait for. */}}

{{/* The head of a pod: (list $ "api"). */}}
{{- define "pulsecheck.pod" -}}
{{- $root := index . 0 -}}
serviceAccountName: {{ include "pulsecheck.name" $root }}-{{ index . 1 }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with $root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with $root.Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
# The selector is the whole release's: the scheduler then spreads all workloads over the nodes together, not each by itself.
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- include "pulsecheck.selector" (list $root "") | nindent 8 }}
{{- end }}

{{/* Who the pod is: a user number. */}}
{{- define "pulsecheck.podSecurity" -}}
securityContext:
  runAsNonRoot: true
  runAsUser: {{ . }}
  runAsGroup: {{ . }}
  fsGroup: {{ . }}
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "pulsecheck.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end }}

{{/* What api and worker know: settings that are no secrets, and where everything is. */}}
{{- define "pulsecheck.environment" -}}
envFrom:
  - configMapRef:
      name: {{ include "pulsecheck.name" . }}-config
env:
  {{- include "pulsecheck.secretEnv" (list . "DATABASE_URL" false) | nindent 2 }}
  {{- include "pulsecheck.secretEnv" (list . "REDIS_URL" false) | nindent 2 }}
  {{- include "pulsecheck.secretEnv" (list . "SECRET_KEY" false) | nindent 2 }}
  {{- include "pulsecheck.secretEnv" (list . "SECRET_KEY_PREVIOUS" true) | nindent 2 }}
{{- end }}

{{/* An init container that runs a command of a program: (dict "root" $ "part" .Values.api "name" "…" "command" (list …)). */}}
{{- define "pulsecheck.before" -}}
- name: {{ .name }}
  image: {{ include "pulsecheck.image" (list .root .part) | quote }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  args: {{- toYaml .command | nindent 4 }}
  {{- include "pulsecheck.environment" .root | nindent 2 }}
  {{- include "pulsecheck.containerSecurity" . | nindent 2 }}
  resources:
    requests: { cpu: 10m, memory: 16Mi }
    limits: { cpu: 250m, memory: 64Mi }
  {{- if .root.Values.extraFiles }}
  volumeMounts:
    - { name: extra, mountPath: /etc/pulsecheck, readOnly: true }
  {{- end }}
{{- end }}

{{/* Pods start anew when what they read at their start has changed. */}}
{{- define "pulsecheck.checksums" -}}
checksum/config: {{ include (print .Template.BasePath "/configmap.yaml") . | sha256sum }}
checksum/secrets: {{ list .Values.secrets .Values.externalDatabase.url .Values.externalRedis.url | toJson | sha256sum }}
{{- end }}

{{/* Where there may be two replicas a drain takes one at a time; a single one may go: (list $ "api" replicas). */}}
{{- define "pulsecheck.disruption" -}}
{{- $root := index . 0 -}}
{{- if gt (int (index . 2)) 1 }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "pulsecheck.name" $root }}-{{ index . 1 }}
  labels: {{- include "pulsecheck.labels" (list $root (index . 1)) | nindent 4 }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {{- include "pulsecheck.selector" (list $root (index . 1)) | nindent 6 }}
{{- end }}
{{- end }}

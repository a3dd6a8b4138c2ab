{{/* Pieces of the network policies. */}}

{{/* The head of a policy: (list $ "name"). */}}
{{- define "pulsecheck.policy" -}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "pulsecheck.name" (index . 0) }}-{{ index . 1 }}
  labels: {{- include "pulsecheck.labels" (list (index . 0) "") | nindent 4 }}
{{- end }}

{{/* The pods of one part: (list $ "api"). */}}
{{- define "pulsecheck.peer" -}}
- podSelector:
    matchLabels: {{- include "pulsecheck.selector" . | nindent 6 }}
{{- end }}

{{/* The pods of the ingress controller. */}}
{{- define "pulsecheck.controller" -}}
- namespaceSelector:
    matchLabels: { kubernetes.io/metadata.name: {{ .Values.ingress.from.namespace }} }
  podSelector:
    matchLabels: {{- toYaml .Values.ingress.from.podLabels | nindent 6 }}
{{- end }}

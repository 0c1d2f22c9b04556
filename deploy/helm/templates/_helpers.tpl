{{- define "plinth.name" -}}
{{- ternary .Release.Name (printf "%s-%s" .Release.Name .Chart.Name) (contains .Chart.Name .Release.Name) | trunc 50 | trimSuffix "-" }}
{{- end }}

{{- define "plinth.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .role }}
{{- end }}

{{- define "plinth.labels" -}}
{{ include "plinth.selector" . }}
app.kubernetes.io/version: {{ include "plinth.release" .root | trunc 63 | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "plinth.image" -}}
{{- with .Values.image }}{{ .repository }}{{ if hasPrefix "sha256:" .tag }}@{{ else }}:{{ end }}{{ .tag }}{{ end }}
{{- end }}

{{/* A label has no colon. */}}
{{- define "plinth.release" -}}
{{ .Values.image.tag | replace ":" "-" }}
{{- end }}

{{/* All containers: one image, no rights, nothing to write to. */}}
{{- define "plinth.container" -}}
image: {{ include "plinth.image" .root | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
envFrom:
  - secretRef: { name: {{ .root.Values.existingSecret | quote }} }
env:
  {{- range $name, $value := .root.Values.settings }}
  - { name: {{ $name }}, value: {{ toString $value | quote }} }
  {{- end }}
  - { name: HOST, value: "0.0.0.0" }
  - { name: PORT, value: "5000" }
  - { name: METRICS_PORT, value: "9464" }
  - { name: RELEASE, value: {{ include "plinth.release" .root | quote }} }
securityContext:
  readOnlyRootFilesystem: true
  allowPrivilegeEscalation: false
  capabilities: { drop: [ALL] }
{{- end }}

{{- define "plinth.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  seccompProfile: { type: RuntimeDefault }
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . | quote }}
  {{- end }}
{{- end }}
{{- end }}

{{/* The two roles differ in their command, in what they answer, and in how many there are. */}}
{{- define "plinth.deployment" -}}
{{- $values := index .root.Values .role }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "plinth.name" .root }}-{{ .role }}
  labels: {{- include "plinth.labels" . | nindent 4 }}
spec:
  {{- if not $values.autoscaling.enabled }}
  replicas: {{ $values.replicas }}
  {{- end }}
  strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } }
  selector:
    matchLabels: {{- include "plinth.selector" . | nindent 6 }}
  template:
    metadata:
      labels: {{- include "plinth.labels" . | nindent 8 }}
    spec:
      {{- include "plinth.pod" . | nindent 6 }}
      # Longer than the drain of the service: DRAIN_DELAY_SECONDS and DRAIN_LIMIT_SECONDS.
      terminationGracePeriodSeconds: 40
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector: { matchLabels: { {{- include "plinth.selector" . | replace "\n" ", " -}} } }
      {{- with $values.nodeSelector }}
      nodeSelector: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $values.tolerations }}
      tolerations: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $values.affinity }}
      affinity: {{- toYaml . | nindent 8 }}
      {{- end }}
      containers:
        - name: {{ .role }}
          command: [node, app/main.ts, {{ .role }}]
          {{- include "plinth.container" . | nindent 10 }}
          ports:
            {{- if eq .role "api" }}
            - { name: http, containerPort: 5000 }
            {{- end }}
            - { name: metrics, containerPort: 9464 }
          {{- if eq .role "api" }}
          readinessProbe: { httpGet: { path: /readyz, port: http }, periodSeconds: 2, timeoutSeconds: 3, failureThreshold: 1 }
          {{- end }}
          # A process waits START_PATIENCE_SECONDS for its database before it answers.
          livenessProbe: { httpGet: { path: /livez, port: metrics }, initialDelaySeconds: 40, periodSeconds: 10, timeoutSeconds: 3, failureThreshold: 3 }
          resources: {{- toYaml $values.resources | nindent 12 }}
{{- end }}

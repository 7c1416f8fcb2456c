/** Beginnings of manifests for the kinds people write most, complete enough to be applied as they are. */
export const templates: readonly { readonly title: string; readonly text: string }[] = [
  {
    title: 'Deployment and Service',
    text: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: hello
spec:
  replicas: 3
  selector:
    matchLabels:
      app: hello
  template:
    metadata:
      labels:
        app: hello
    spec:
      containers:
        - name: web
          image: nginx:1.27
          ports:
            - containerPort: 80
          resources:
            requests:
              cpu: 100m
              memory: 64Mi
          readinessProbe:
            httpGet:
              path: /
              port: 80
---
apiVersion: v1
kind: Service
metadata:
  name: hello
spec:
  selector:
    app: hello
  ports:
    - port: 80
      targetPort: 80
`,
  },
  {
    title: 'Pod',
    text: `apiVersion: v1
kind: Pod
metadata:
  name: once
spec:
  restartPolicy: OnFailure
  containers:
    - name: main
      image: busybox:1.36
      command: ["sh", "-c", "echo started; sleep 30; exit 1"]
`,
  },
  {
    title: 'DaemonSet',
    text: `apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: agent
spec:
  selector:
    matchLabels:
      app: agent
  template:
    metadata:
      labels:
        app: agent
    spec:
      containers:
        - name: agent
          image: busybox:1.36
          command: ["sleep", "infinity"]
`,
  },
  {
    title: 'ConfigMap',
    text: `apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  greeting: hello
`,
  },
  {
    title: 'Secret',
    text: `apiVersion: v1
kind: Secret
metadata:
  name: password
stringData:
  password: change-me
`,
  },
  {
    title: 'ResourceQuota',
    text: `apiVersion: v1
kind: ResourceQuota
metadata:
  name: limits
spec:
  hard:
    pods: "10"
    requests.cpu: "2"
    requests.memory: 2Gi
    count/deployments.apps: "5"
`,
  },
  {
    title: 'Namespace',
    text: `apiVersion: v1
kind: Namespace
metadata:
  name: team-a
`,
  },
]

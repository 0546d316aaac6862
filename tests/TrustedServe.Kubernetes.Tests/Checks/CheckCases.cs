namespace TrustedServe.Kubernetes.Tests.Checks;

/// <summary>For every finding at least one change that triggers it and nothing else.</summary>
internal static class CheckCases
{
    private const string RuntimeClass = "runtimeClassName: kata-qemu-tdx";
    private const string Tuning = "- {name: tuning, configMap: {name: tuning}}";
    private const string Queue = "  - type: azure-queue\n";
    private static readonly string Digest = "@sha256:" + new string('a', 64);

    /// <summary>Every case.</summary>
    public static IReadOnlyList<CheckCase> All { get; } = [.. Guest, .. Isolation, .. Trust, .. Keys, .. Life, .. Scaling];

    private static CheckCase[] Guest =>
    [
        CheckCase.Server("TSK001", ("default_vcpus: \"0\"", "default_vcpus: \"48\"")),
        CheckCase.Server("TSK001", ("default_memory: \"2048\"", "default_memory: \"16384\"")),
        CheckCase.Server("", ("16Gi", "2Gi"), ("sizeLimit: 4Gi", "sizeLimit: 1Gi")),
        CheckCase.Server("TSK002", ("default_vcpus: \"0\"", "default_vcpus: \"1\"")),
        CheckCase.Server("TSK002", ("        io.katacontainers.config.hypervisor.default_vcpus: \"0\"\n", "")),
        CheckCase.Job("TSK002", ("          io.katacontainers.config.hypervisor.default_vcpus: \"0\"\n", ""), (RuntimeClass, RuntimeClass + "-runtime-rs")),
        CheckCase.Job("TSK002 TSK003", (RuntimeClass, RuntimeClass + "-runtime-rs")),
        CheckCase.Server("TSK004", ("default_vcpus: \"0\"", "default_vcpus: \"-1\"")),
        CheckCase.Server("TSK004", ("default_memory: \"2048\"", "default_memory: \"2Gi\"")),
        CheckCase.Annotation("TSK005", "io.katacontainers.config.hypervisor.default_maxvcpus", "8"),
        CheckCase.Server("TSK006", ("cpu: \"8\", memory", "cpu: 7500m, memory"), ("cpu: 8, memory", "cpu: 7.5, memory")),
        CheckCase.Server("TSK007", ("limits: {cpu: 8, memory: 16Gi}", "limits: {cpu: 8}")),
        CheckCase.Server("TSK008", ("requests: {cpu: \"8\"", "requests: {cpu: \"4\"")),
        CheckCase.Server("TSK008", ("requests: {cpu: \"8\", memory: 16Gi}", "requests: {cpu: \"8\", memory: 16G}")),
    ];

    private static CheckCase[] Isolation =>
    [
        CheckCase.Server("TSK020", (Digest, ":1.0")),
        CheckCase.Server("TSK020", (Digest, "@sha256:abc")),
        CheckCase.Server("TSK021", (RuntimeClass, RuntimeClass + "\n      hostPID: true")),
        CheckCase.Server("TSK022", (Tuning, Tuning + "\n      - {name: host, hostPath: {path: /var/lib}}")),
        CheckCase.Server("TSK023", ("allowPrivilegeEscalation: false", "privileged: true")),
        CheckCase.Server("TSK024", ("drop: [ALL]", "drop: [ALL], add: [SYS_NICE]")),
        CheckCase.Server("TSK025", ("runAsNonRoot: true, ", "")),
        CheckCase.Server("TSK025", ("runAsUser: 65532", "runAsUser: 0")),
        CheckCase.Server("TSK026", ("allowPrivilegeEscalation: false, ", "")),
        CheckCase.Server("TSK026", (", capabilities: {drop: [ALL]}", "")),
        CheckCase.Server("TSK027", ("readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false")),
        CheckCase.Server("TSK028", (", seccompProfile: {type: RuntimeDefault}", "")),
        CheckCase.Server("TSK028", ("{type: RuntimeDefault}", "{type: Unconfined}")),
        CheckCase.Server("TSK029", ("containerPort: 8080}", "containerPort: 8080, hostPort: 8080}")),
        CheckCase.Server("TSK030", ("      automountServiceAccountToken: false", "      automountServiceAccountToken: true")),
        CheckCase.Server("TSK030", (Tuning, Tuning + "\n      - {name: token, projected: {sources: [{serviceAccountToken: {path: token}}]}}")),
        CheckCase.Server("TSK031", ("podSelector: {matchLabels: {app: serving}}", "podSelector: {matchLabels: {app: other}}")),
        CheckCase.Server("TSK032", ("cidr: 192.0.2.10/32", "cidr: 0.0.0.0/0")),
        CheckCase.Server("TSK032", ("- to: [{ipBlock: {cidr: 192.0.2.10/32}}]\n    ports", "- ports")),
        CheckCase.Server("TSK032", ("policyTypes: [Ingress, Egress]", "policyTypes: [Ingress]")),
        CheckCase.Server("TSK033", ("- from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: keda}}}]\n    ports", "- ports")),
        CheckCase.Server("TSK033", ("policyTypes: [Ingress, Egress]", "policyTypes: [Egress]")),
        CheckCase.Server("TSK034", ("mode: STRICT", "mode: PERMISSIVE")),
        CheckCase.Server("TSK034", ("{mode: STRICT}}", "{mode: STRICT}, portLevelMtls: {8080: {mode: DISABLE}}}")),
        CheckCase.With("TSK034", "{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: a, namespace: models}, spec: {trafficPolicy: {tls: {mode: DISABLE}}}}"),
    ];

    private static CheckCase[] Trust =>
    [
        CheckCase.Server("TSK040", ("      " + RuntimeClass + "\n", "")),
        CheckCase.Server("TSK041", (RuntimeClass, "runtimeClassName: kata-qemu")),
        CheckCase.With("TSK041", "{apiVersion: node.k8s.io/v1, kind: RuntimeClass, metadata: {name: kata-qemu-tdx}, handler: runc}"),
        CheckCase.Server("TSK042", (RuntimeClass, "runtimeClassName: kata-qemu-coco-dev")),
        CheckCase.Variable("TSK042", "TRUSTEDSERVE__Trust__InsecureSimulatedEvidence", "true"),
        CheckCase.Argument("TSK042", "--insecure-simulated-evidence"),
        CheckCase.Argument("TSK042", "--TrustedServe:Worker:InsecureAllowSwap=true"),
        CheckCase.Server("TSK042", ("\"MaxBodyBytes\": 1048576", "\"InsecureAllowAnyCaller\": true")),
        CheckCase.Server("TSK042", ("\"tdx\": {\"mr_config_id\": [\"ab\"]}", "\"insecure_simulated\": true")),
        CheckCase.Variable("TSK043", "TRUSTEDSERVE__Trust__Broker", "https://broker.invalid"),
        CheckCase.Variable("TSK043", "TRUSTEDSERVE__Trust__InsecureSimulatedEvidence", "false"),
        CheckCase.Argument("TSK043", "--TrustedServe:Models:Store=/models"),
        CheckCase.Argument("TSK043", "--set=Queue:Account=https://account.invalid"),
        CheckCase.Server("TSK043", ("\"MaxBodyBytes\": 1048576", "\"ApiKeysFile\": \"/keys.json\"")),
        CheckCase.Server("TSK043", ("value: \"110\"}", "value: \"110\"}\n        - {name: TRUSTEDSERVE__Models__StoreConnectionString, valueFrom: {secretKeyRef: {name: a, key: b}}}")),
        CheckCase.Server("TSK043", ("        env:\n", "        envFrom: [{configMapRef: {name: tuning}}]\n        env:\n"), ("  settings.json: |", "  TRUSTEDSERVE__Queue__AllowedInputContainers__0: anything\n  settings.json: |")),
        CheckCase.Server("TSK043", ("  settings.json: |", "  TRUSTEDSERVE__Http__ApiKeysFile: /keys.json\n  settings.json: |")),
        CheckCase.Argument("", "--insecure-simulated-evidence=false"),
        CheckCase.Variable("TSK044", "ATTESTATION_REQUIRED", "false"),
        CheckCase.Variable("TSK044", "ATTESTATION_FAIL_OPEN", "1"),
        CheckCase.Variable("TSK044", "ATTESTATION_MODE", "permissive"),
        CheckCase.Argument("TSK044", "attest-helper || true"),
        CheckCase.Argument("TSK044", "--skip-attestation"),
        CheckCase.With("TSK044", "{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: {name: attestation-policy}, webhooks: [{name: a.invalid, failurePolicy: Ignore}]}"),
        CheckCase.With("TSK044", "{apiVersion: networking.istio.io/v1alpha3, kind: EnvoyFilter, metadata: {name: a, namespace: models}, spec: {configPatches: [{patch: {value: {failure_mode_allow: true}}}]}}"),
        CheckCase.Server("TSK045", ("        io.katacontainers.config.hypervisor.cc_init_data: \"@INITDATA@\"\n", "")),
        CheckCase.Server("TSK045", ("io.katacontainers.config.hypervisor.cc_init_data", "io.katacontainers.config.runtime.cc_init_data")),
        CheckCase.Server("TSK046", ("@INITDATA@", "no base64")),
        CheckCase.Server("TSK046", ("@INITDATA@", "bm8gZ3ppcA==")),
        CheckCase.Server("TSK046", ("@INITDATA@", Samples.Zip("no = toml = here"))),
        CheckCase.Server("TSK046", ("@INITDATA@", Samples.Zip(new string('#', 8 << 20)))),
        CheckCase.Server("TSK047", ("mr_config_id", "mr_td")),
        CheckCase.Server("TSK048", ("@INITDATA@", Samples.InitData(policy: null))),
        CheckCase.Server("TSK049", ("@INITDATA@", Samples.InitData(Samples.Policy.Replace("ExecProcessRequest := false", "ExecProcessRequest := true", StringComparison.Ordinal)))),
        CheckCase.Server("TSK050", ("readinessProbe: {httpGet: {path: /healthz/ready, port: health}}", "readinessProbe: {exec: {command: [cat, /tmp/ready]}}")),
        CheckCase.Server("TSK050", ("        startupProbe", "        lifecycle: {preStop: {exec: {command: [sleep, '5']}}}\n        startupProbe")),
        CheckCase.Annotation("TSK051", "io.katacontainers.config.hypervisor.kernel_params", "agent.debug_console"),
        CheckCase.Server("TSK052", ("labels: {app: serving}\n      annotations", "labels: {app: serving, azure.workload.identity/use: 'true'}\n      annotations")),
        CheckCase.Annotation("TSK052", "sidecar.istio.io/inject", "true"),
    ];

    private static CheckCase[] Keys =>
    [
        CheckCase.Server(
            "TSK053",
            (Tuning, Tuning + "\n      - {name: store, persistentVolumeClaim: {claimName: store}}"),
            ("        - {name: weights, mountPath: /weights}", "        - {name: weights, mountPath: /weights}\n        - {name: store, mountPath: /store}"),
            ("        env:\n", "        env:\n        - {name: MODEL_KEY_FILE, value: /store/a/model.key}\n        - {name: MODEL_PATH, value: /store/model.bin}\n")),
        CheckCase.With("TSK054", "{apiVersion: v1, kind: Secret, metadata: {name: keys, namespace: models}, stringData: {langid-model-key: abc}}"),
        CheckCase.With("TSK054", "{apiVersion: v1, kind: ConfigMap, metadata: {name: model-keys, namespace: models}, data: {langid.key: abc}}"),
        CheckCase.Variable("TSK055", "AzureWebJobsStorage", "UseDevelopmentStorage"),
        CheckCase.Variable("TSK055", "STORE", "https://account.invalid/?sv=1&sig=abc"),
        CheckCase.Server("TSK056", ("mountPath: /weights}", "mountPath: /other}")),
        CheckCase.Server("TSK057", (", sizeLimit: 4Gi", "")),
        CheckCase.Server("TSK058", ("sizeLimit: 4Gi", "sizeLimit: 16Gi")),
        CheckCase.Server("TSK059", (Tuning, Tuning + "\n      - {name: scratch, emptyDir: {}}")),
    ];

    private static CheckCase[] Life =>
    [
        CheckCase.Server("TSK061", ("        readinessProbe: {httpGet: {path: /healthz/ready, port: health}}\n", "")),
        CheckCase.Server("TSK062", ("        startupProbe: {httpGet: {path: /healthz/ready, port: health}, failureThreshold: 60, periodSeconds: 5}\n", "")),
        CheckCase.Server("TSK063", ("terminationGracePeriodSeconds: 120", "terminationGracePeriodSeconds: 100")),
        CheckCase.Server("TSK063", ("        startupProbe", "        lifecycle: {preStop: {sleep: {seconds: 15}}}\n        startupProbe")),
        CheckCase.Job("TSK063", ("terminationGracePeriodSeconds: 3600", "terminationGracePeriodSeconds: 20")),
        CheckCase.Server("TSK064", ("maxUnavailable: 1\n  selector: {matchLabels: {app: serving}}", "maxUnavailable: 1\n  selector: {matchLabels: {app: other}}")),
        CheckCase.Server("TSK065", ("maxUnavailable: 1", "maxUnavailable: 0")),
        CheckCase.Server("TSK065", ("maxUnavailable: 1", "minAvailable: 100%")),
    ];

    private static CheckCase[] Scaling =>
    [
        CheckCase.Server("TSK080", ("queueLengthStrategy: all", "queueLengthStrategy: visibleonly")),
        CheckCase.Job("TSK081", ("queueLengthStrategy: visibleonly", "queueLengthStrategy: all")),
        CheckCase.Job("TSK081", ("  scalingStrategy: {strategy: accurate}\n", "")),
        CheckCase.Job("TSK082", ("        terminationGracePeriodSeconds: 3600\n", "")),
        CheckCase.Server("TSK082") with { Options = new() { LongestJob = TimeSpan.FromMinutes(5) } },
        CheckCase.Job("TSK082", ("activeDeadlineSeconds: 7200", "activeDeadlineSeconds: 600")) with { Options = new() { LongestJob = TimeSpan.FromHours(1) } },
        CheckCase.Server("TSK083", ("cooldownPeriod: 600", "cooldownPeriod: 60")),
        CheckCase.Server("TSK084", ("stabilizationWindowSeconds: 300", "stabilizationWindowSeconds: 0")),
        CheckCase.Server("TSK085", ("type: azure-queue", "type: metrics-api"), ("queueLengthStrategy: all", "aggregateFromKubeServiceEndpoints: 'true'"), ("type: external-push", "type: cpu")),
        CheckCase.Server("TSK086", (Queue, "  - type: metrics-api\n    metadata: {url: 'http://serving:8081/backlog', valueLocation: seconds, targetValue: '30'}\n" + Queue)),
        CheckCase.Server("TSK087", ("  fallback: {failureThreshold: 3, replicas: 2}\n", "")),
        CheckCase.Server("TSK088", ("targetValue: 16", "targetValue: 137")),
        CheckCase.Server("TSK089", ("minReplicaCount: 0", "minReplicaCount: 9")),
        CheckCase.Server("TSK089", ("minReplicaCount: 0", "minReplicaCount: 1\n  idleReplicaCount: 1")),
        CheckCase.Server("TSK090", ("  maxReplicaCount: 8\n", "")),
        CheckCase.With("TSK091", "{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: a, namespace: models}, spec: {scaleTargetRef: {kind: Deployment, name: serving}}}"),
        CheckCase.Server("TSK092", ("  selector: {matchLabels: {app: serving}}\n  template", "  replicas: 2\n  selector: {matchLabels: {app: serving}}\n  template")),
        CheckCase.Job("TSK093", ("  rollout: {strategy: gradual}\n", "")),
        CheckCase.Server("TSK094", ("provider: azure-workload", "provider: azure")),
        CheckCase.With("TSK094", "{apiVersion: http.keda.sh/v1alpha1, kind: HTTPScaledObject, metadata: {name: a, namespace: models}, spec: {scaleTargetRef: {name: other}}}"),
    ];
}

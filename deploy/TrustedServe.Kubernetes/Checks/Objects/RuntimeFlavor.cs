namespace TrustedServe.Kubernetes.Checks.Objects;

/// <summary>Which runtime a pod is given to, by the name of its class or the handler that the class names.</summary>
internal static class RuntimeFlavor
{
    private static readonly string[] Technologies = ["tdx", "snp", "cca"];

    /// <summary>Of a workload.</summary>
    public static RuntimeKind Of(Workload workload, CheckScope scope)
    {
        var name = workload.Spec["runtimeClassName"].Text;
        if (string.IsNullOrEmpty(name))
        {
            return RuntimeKind.None;
        }

        return Named(scope.Find("RuntimeClass", "", name)?["handler"].Text ?? name);
    }

    /// <summary>Of a handler.</summary>
    public static RuntimeKind Named(string handler)
    {
        if (handler.Contains("coco-dev", StringComparison.OrdinalIgnoreCase) || handler.Contains("nontee", StringComparison.OrdinalIgnoreCase))
        {
            return RuntimeKind.Simulated;
        }

        if (!Technologies.Any(technology => handler.Contains(technology, StringComparison.OrdinalIgnoreCase)) && handler is not ("kata-cc" or "kata-remote" or "kata-qemu-se"))
        {
            return RuntimeKind.Other;
        }

        return !handler.StartsWith("kata-qemu", StringComparison.OrdinalIgnoreCase) ? RuntimeKind.OtherConfidential
            : handler.Contains("runtime-rs", StringComparison.OrdinalIgnoreCase) ? RuntimeKind.KataRust
            : RuntimeKind.KataGo;
    }

    /// <summary>Whether the guest's memory is kept from the machine's owner.</summary>
    public static bool IsConfidential(this RuntimeKind kind) => kind is RuntimeKind.KataGo or RuntimeKind.KataRust or RuntimeKind.OtherConfidential;
}

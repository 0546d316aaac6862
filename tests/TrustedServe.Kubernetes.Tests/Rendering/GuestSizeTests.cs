using TrustedServe.Kubernetes.Description;
using TrustedServe.Kubernetes.Rendering;
using TrustedServe.Kubernetes.Tests.Support;

namespace TrustedServe.Kubernetes.Tests.Rendering;

public sealed class GuestSizeTests
{
    [Fact]
    public void The_runtime_in_Go_adds_its_defaults_to_the_limits_so_they_are_nothing_and_the_guests_own()
    {
        var guest = GuestSize.Of(RuntimeFlavour.KataQemuTdx, 48, new MemorySize(65536));
        Assert.Equal((48, 65536 + 2048), (guest.Processors, guest.Memory.MiB));
        Assert.Equal(("0", "2048"), (guest.DefaultProcessors, guest.DefaultMemory));
        Assert.Contains("would give 96 processors on 48 cores", guest.Arithmetic);
    }

    [Fact]
    public void The_runtime_in_Rust_adds_a_processor_and_leaves_the_guests_own_memory_to_the_limit()
    {
        var guest = GuestSize.Of(RuntimeFlavour.KataQemuTdxRuntimeRs, 48, new MemorySize(65536));
        Assert.Equal((49, 65536 + 128), (guest.Processors, guest.Memory.MiB));
        Assert.Null(guest.DefaultProcessors);
        Assert.Null(guest.DefaultMemory);
        Assert.Equal(1920, guest.SystemInLimitMiB);
    }

    [Fact]
    public void What_the_pod_says_is_what_the_guest_is_computed_from()
    {
        foreach (var name in GoldenCase.Names)
        {
            var rendered = GoldenCase.Render(name);
            var template = Pods.Template(rendered);
            var limits = template["spec"]!["containers"]![0]!["resources"]!["limits"]!;
            Assert.Equal(rendered.Guest.Cores, int.Parse((string)limits["cpu"]!, System.Globalization.CultureInfo.InvariantCulture));
            Assert.Equal(rendered.Guest.ContainerMemory, MemorySize.TryParse((string)limits["memory"]!));
            Assert.Equal(limits.ToJsonString(), template["spec"]!["containers"]![0]!["resources"]!["requests"]!.ToJsonString());
            var annotations = template["metadata"]!["annotations"]!.AsObject();
            Assert.Equal(rendered.Guest.DefaultProcessors, (string?)annotations["io.katacontainers.config.hypervisor.default_vcpus"]);
            Assert.Equal(rendered.Guest.DefaultMemory, (string?)annotations["io.katacontainers.config.hypervisor.default_memory"]);
            Assert.All(template["spec"]!["volumes"]!.AsArray(), volume => Assert.Equal("Memory", (string?)volume!["emptyDir"]!["medium"]));
        }
    }
}

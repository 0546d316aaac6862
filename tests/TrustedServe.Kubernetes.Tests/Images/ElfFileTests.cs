using CsCheck;
using TrustedServe.Kubernetes.Images;
using TrustedServe.Protocol.Errors;
using TrustedServe.Testing;

namespace TrustedServe.Kubernetes.Tests.Images;

public sealed class ElfFileTests
{
    // The runtime's own library: there wherever these tests run.
    private static readonly string Library = Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "libSystem.Native.so");

    [Fact]
    public void Needs_of_a_real_library_are_read()
    {
        var elf = ElfFile.Read(Library);
        Assert.NotNull(elf);
        Assert.Contains("libc.so.6", elf.Needed);
        Assert.False(elf.HasInterpreter);
    }

    [Fact]
    public void Program_has_an_interpreter() => Assert.True(ElfFile.Read(Environment.ProcessPath!)!.HasInterpreter);

    [Fact]
    public void Other_files_are_none()
    {
        using var work = new TemporaryDirectory();
        File.WriteAllText(work["text"], "text");
        File.WriteAllBytes(work["empty"], []);
        Assert.Null(ElfFile.Read(work["text"]));
        Assert.Null(ElfFile.Read(work["empty"]));
        Assert.Null(ElfFile.Read(typeof(object).Assembly.Location));
    }

    [Fact]
    public void Damaged_file_is_read_or_refused_with_its_code()
    {
        var good = File.ReadAllBytes(Library);
        Gen.Select(Gen.Int[0, 4_095], Gen.Byte, Gen.Int[6, good.Length]).Array[1, 4].Sample(changes =>
        {
            var bad = good.ToArray();
            var length = good.Length;
            foreach (var (at, value, cut) in changes)
            {
                bad[at] = value;
                length = value % 4 == 0 ? Math.Min(length, cut) : length;
            }

            try
            {
                ElfFile.Parse(bad.AsSpan(0, length), "damaged");
            }
            catch (TsfException exception)
            {
                Assert.Equal("TSF7063", exception.Code);
            }
        }, iter: 2_000);
    }
}

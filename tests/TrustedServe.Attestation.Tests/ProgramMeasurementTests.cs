using System.Security.Cryptography;
using System.Text;
using TrustedServe.Attestation.Evidence;
using TrustedServe.Protocol.Errors;
using TrustedServe.Testing;

namespace TrustedServe.Attestation.Tests;

public sealed class ProgramMeasurementTests
{
    [Fact]
    public void Measurement_is_the_documented_digest()
    {
        using var folder = Program(("TrustedServe.B.dll", "second"), ("TrustedServe.A.dll", "first"), ("Other.dll", "not counted"), ("TrustedServe.A.pdb", "not counted"));
        using var expected = new MemoryStream();
        foreach (var (name, content) in new[] { ("TrustedServe.A.dll", "first"), ("TrustedServe.B.dll", "second") })
        {
            expected.Write([(byte)name.Length, 0, 0, 0]);
            expected.Write(Encoding.UTF8.GetBytes(name));
            expected.Write(SHA384.HashData(Encoding.UTF8.GetBytes(content)));
        }

        Assert.Equal(Convert.ToHexStringLower(SHA384.HashData(expected.ToArray())), ProgramMeasurement.Of(folder.Path));
    }

    [Fact]
    public void Any_change_of_content_name_or_number_gives_another_measurement()
    {
        using var good = Program(("TrustedServe.A.dll", "first"), ("TrustedServe.B.dll", "second"));
        using var content = Program(("TrustedServe.A.dll", "first"), ("TrustedServe.B.dll", "Second"));
        using var name = Program(("TrustedServe.A.dll", "first"), ("TrustedServe.C.dll", "second"));
        using var swapped = Program(("TrustedServe.A.dll", "second"), ("TrustedServe.B.dll", "first"));
        using var more = Program(("TrustedServe.A.dll", "first"), ("TrustedServe.B.dll", "second"), ("TrustedServe.C.dll", ""));

        Assert.Equal(5, new[] { good, content, name, swapped, more }.Select(folder => ProgramMeasurement.Of(folder.Path)).Distinct().Count());
    }

    [Fact]
    public void Rejects_folder_without_a_program()
    {
        using var folder = new TemporaryDirectory();
        Assert.Equal(TsfErrors.FileUnreadable, Assert.Throws<TsfException>(() => ProgramMeasurement.Of(folder.Path)).Error);
        Assert.Equal(TsfErrors.FileUnreadable, Assert.Throws<TsfException>(() => ProgramMeasurement.Of(folder["missing"])).Error);
    }

    private static TemporaryDirectory Program(params (string Name, string Content)[] files)
    {
        var folder = new TemporaryDirectory();
        foreach (var (name, content) in files)
        {
            File.WriteAllText(folder[name], content);
        }

        return folder;
    }
}

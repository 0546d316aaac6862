using System.Text;
using CsCheck;
using TrustedServe.Functions.Queue;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Tests.Queue;

public sealed class JobMessageTests
{
    private const string Valid = """{"id":"job-1","model":"langid","version":"1.0.0","input":"in/a/b.jsonl","output":"out/b.jsonl","format":"jsonl"}""";

    [Fact]
    public void Accepts_every_member()
    {
        var job = Parse(Valid.Replace("\"in/", "\"inn/", StringComparison.Ordinal));

        Assert.Equal(("job-1", "langid", "1.0.0", new BlobName("inn", "a/b.jsonl"), new BlobName("out", "b.jsonl")), (job.Id, job.Model, job.Version, job.Input, job.Output));
    }

    [Fact]
    public void Accepts_base64_and_space_around()
    {
        var text = Valid.Replace("\"in/", "\"inn/", StringComparison.Ordinal);

        Assert.Equal(Parse(text), Parse($" \r\n{Convert.ToBase64String(Encoding.UTF8.GetBytes(text))}\n"));
        Assert.Equal(Parse(text), Parse($"\t{text} "));
    }

    [Fact]
    public void Accepts_no_version() => Assert.Null(Parse("""{"id":"1","model":"m","input":"inn/a","output":"out/a","format":"jsonl"}""").Version);

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("bnVsbA==")] // null as base64
    [InlineData("{")]
    [InlineData("%%%")]
    [InlineData("""{"id":"1","model":"m","input":"inn/a","output":"out/a"}""")]
    [InlineData("""{"id":"1","model":"m","input":"inn/a","output":"out/a","format":"csv"}""")]
    [InlineData("""{"id":"1","model":"m","input":"inn/a","output":"out/a","format":"jsonl","more":1}""")]
    [InlineData("""{"id":"1","id":"2","model":"m","input":"inn/a","output":"out/a","format":"jsonl"}""")]
    [InlineData("""{"id":"1","Id":"2","model":"m","input":"inn/a","output":"out/a","format":"jsonl"}""")]
    [InlineData("""{"id":null,"model":"m","input":"inn/a","output":"out/a","format":"jsonl"}""")]
    [InlineData("""{"id":1,"model":"m","input":"inn/a","output":"out/a","format":"jsonl"}""")]
    [InlineData("""{"id":"a b","model":"m","input":"inn/a","output":"out/a","format":"jsonl"}""")]
    [InlineData("""{"id":"1\n","model":"m","input":"inn/a","output":"out/a","format":"jsonl"}""")]
    [InlineData("""{"id":"\ud800","model":"m","input":"inn/a","output":"out/a","format":"jsonl"}""")]
    [InlineData("""{"id":"1","model":"../m","input":"inn/a","output":"out/a","format":"jsonl"}""")]
    [InlineData("""{"id":"1","model":"m","version":"","input":"inn/a","output":"out/a","format":"jsonl"}""")]
    [InlineData("""{"id":"1","model":"m","input":"inn/a","output":"inn/a","format":"jsonl"}""")]
    public void Rejects_what_is_not_a_job(string text) => Assert.Equal(TsfErrors.MalformedJob, Assert.Throws<TsfException>(() => Parse(text)).Error);

    [Theory]
    [InlineData("inn")]
    [InlineData("inn/")]
    [InlineData("/a")]
    [InlineData("in/a")]
    [InlineData("Inn/a")]
    [InlineData("i--n/a")]
    [InlineData("$web/a")]
    [InlineData("inn/../other/a")]
    [InlineData("inn/./a")]
    [InlineData("inn//a")]
    [InlineData("inn/a/")]
    [InlineData("inn/a.")]
    [InlineData("inn/a?sv=1")]
    [InlineData("inn/a#b")]
    [InlineData("inn/%2e%2e/a")]
    [InlineData("inn/a\\\\b")]
    [InlineData("inn/a\\u0000")]
    [InlineData("https://host.invalid/inn/a")]
    [InlineData("//host.invalid/a")]
    public void Rejects_names_that_are_not_plain(string name)
    {
        Assert.Equal(TsfErrors.MalformedJob, Assert.Throws<TsfException>(() => Parse(Job(name, "out/a"))).Error);
        Assert.Equal(TsfErrors.MalformedJob, Assert.Throws<TsfException>(() => Parse(Job("inn/a", name))).Error);
    }

    [Fact]
    public void Rejects_over_the_limit()
    {
        var job = Encoding.UTF8.GetBytes(Job("inn/" + new string('a', 500), "out/a"));

        Assert.Equal(TsfErrors.MalformedJob, Assert.Throws<TsfException>(() => JobMessage.Parse(job, job.Length - 1)).Error);
        Assert.Equal("1", JobMessage.Parse(job, job.Length).Id);
    }

    [Fact]
    public void Any_bytes_are_a_job_or_one_error()
    {
        var broken = from text in Gen.Const(Valid)
                     from at in Gen.Int[0, Valid.Length - 1]
                     from with in Gen.Byte
                     select Encoding.UTF8.GetBytes(text).Select((b, i) => i == at ? with : b).ToArray();
        Gen.OneOf(Gen.Byte.Array[0, 200], broken).Sample(bytes =>
        {
            try
            {
                JobMessage.Parse(bytes, 4096);
            }
            catch (TsfException refused)
            {
                Assert.Equal(TsfErrors.MalformedJob, refused.Error);
            }
        });
    }

    [Fact]
    public void Every_accepted_name_reads_back_and_stays_in_its_container()
    {
        string[] all = ["a", "b-c", "..", ".", "/", "//", "\\", "%2e", "?", "#", "ü", "\ud83d\ude00", "\ud800", " ", "\n", "x.y", "inn", "https:"];
        Gen.Int[0, all.Length - 1].Array[1, 8].Select(parts => string.Concat(parts.Select(part => all[part]))).Sample(text =>
        {
            if (!BlobName.TryParse(text, out var name))
            {
                return;
            }

            Assert.Equal(text, name.ToString());
            var address = new Azure.Storage.Blobs.BlobContainerClient(new Uri($"https://account.invalid/{name.Container}")).GetBlobClient(name.Blob).Uri;
            Assert.StartsWith($"https://account.invalid/{name.Container}/", address.AbsoluteUri, StringComparison.Ordinal);
            Assert.Equal($"/{name.Container}/{name.Blob}", Uri.UnescapeDataString(address.AbsolutePath));
            Assert.Equal("", address.Query + address.Fragment);
        });
    }

    [Theory]
    [InlineData("jobs", "jobs/a", true)]
    [InlineData("jobs", "jobs2/a", false)]
    [InlineData("jobs/in", "jobs/in/a", true)]
    [InlineData("jobs/in/", "jobs/in/a/b", true)]
    [InlineData("jobs/in", "jobs/in", false)]
    [InlineData("jobs/in", "jobs/input/a", false)]
    [InlineData("jobs/in", "jobs/out/a", false)]
    public void Rule_allows_only_what_lies_under_it(string entry, string name, bool allowed)
    {
        Assert.True(ContainerRule.TryParse(entry, out var rule));
        Assert.True(BlobName.TryParse(name, out var blob));
        Assert.Equal(allowed, rule.Allows(blob));
    }

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("jobs/..")]
    [InlineData("jobs//")]
    [InlineData("/")]
    [InlineData("Jobs")]
    public void Rule_that_is_none_is_refused(string entry) => Assert.False(ContainerRule.TryParse(entry, out _));

    private static string Job(string input, string output) => $$"""{"id":"1","model":"m","input":"{{input}}","output":"{{output}}","format":"jsonl"}""";

    private static JobMessage Parse(string text) => JobMessage.Parse(Encoding.UTF8.GetBytes(text), 16_384);
}

using Azure.Storage.Blobs;
using TrustedServe.Packaging.Packages;
using TrustedServe.Packaging.Stores;
using TrustedServe.Testing;

namespace TrustedServe.Packaging.Tests;

public sealed class AzureStoreTests : IClassFixture<AzuriteBlobs>, IDisposable
{
    private readonly TemporaryDirectory temporary = new();
    private readonly string container = $"models-{Guid.NewGuid():N}";
    private readonly AzuriteBlobs azurite;

    public AzureStoreTests(AzuriteBlobs azurite)
    {
        Assert.SkipWhen(azurite.Missing is not null, azurite.Missing ?? "");
        this.azurite = azurite;
    }

    private IModelStore Store => ModelStores.Open($"{azurite.Endpoint}/{container}", azurite.ConnectionString);

    private BlobContainerClient Container => new(azurite.ConnectionString, container);

    public void Dispose() => temporary.Dispose();

    [Fact]
    public async Task Large_package_is_unsealed_from_parallel_ranges()
    {
        var package = SamplePackage.Create(temporary["p"], 21 << 20, 7);
        using var record = SamplePackage.Record(package);
        await SamplePackage.SealAsync(temporary["p"], temporary["a.tsealed"], record);
        var entry = await Store.AddAsync(temporary["a.tsealed"], false, default);
        Assert.True(entry.IsDefault);
        await using var source = await Store.OpenAsync("sample", "1.2", default);
        await SamplePackage.UnsealAsync(source, temporary["out"], record);
        PackageReader.OpenVerified(temporary["out"], 2, default);

        var whole = new byte[source.Length];
        await source.ReadAsync(0, whole, default);
        Assert.Equal(File.ReadAllBytes(temporary["a.tsealed"]), whole);
    }

    [Fact]
    public async Task Replaced_blob_is_an_error_and_never_a_mixture()
    {
        var package = SamplePackage.Create(temporary["p"], 9 << 20);
        using var record = SamplePackage.Record(package);
        await SamplePackage.SealAsync(temporary["p"], temporary["a.tsealed"], record);
        var entry = await Store.AddAsync(temporary["a.tsealed"], false, default);
        await using var source = await Store.OpenAsync("sample", "1.2", default);
        var blob = Container.GetBlobClient(entry.Blob);
        await blob.UploadAsync(temporary["a.tsealed"], overwrite: true);
        await Refusals.ExpectAsync("TSF2006", () => SamplePackage.UnsealAsync(source, temporary["out"], record));
        Assert.False(Directory.Exists(temporary["out"]));

        await blob.DeleteAsync();
        await Refusals.ExpectAsync("TSF2005", () => Store.OpenAsync("sample", "1.2", default));
    }

    [Fact]
    public async Task Writers_at_once_lose_nothing()
    {
        var files = await Task.WhenAll(Enumerable.Range(1, 4).Select(version => SealAsync($"{version}")));
        await Task.WhenAll(files.Select(file => Store.AddAsync(file, false, default)));
        var index = await Store.ReadIndexAsync(default);
        Assert.Equal(["1", "2", "3", "4"], index.Entries.Select(entry => entry.Version));
        Assert.Single(index.Entries, entry => entry.IsDefault);
    }

    [Fact]
    public async Task Same_file_may_be_added_again_other_content_may_not()
    {
        var file = await SealAsync("1");
        await Store.AddAsync(file, false, default);
        await Store.AddAsync(file, false, default);
        await Refusals.ExpectAsync("TSF2004", async () => await Store.AddAsync(await SealAsync("1", "again"), false, default));
        await Refusals.ExpectAsync("TSF2004", async () => await Store.AddAsync(await SealAsync("1.0"), false, default));
        Assert.Single((await Store.ReadIndexAsync(default)).Entries);
    }

    [Fact]
    public async Task Missing_container_malformed_index_and_wrong_key_are_told_apart()
    {
        await Refusals.ExpectAsync("TSF2002", () => Store.ReadIndexAsync(default));
        await Container.CreateAsync();
        Assert.Empty((await Store.ReadIndexAsync(default)).Entries);
        await Refusals.ExpectAsync("TSF4003", () => Store.OpenAsync("sample", "1", default));
        await Container.UploadBlobAsync("index.json", BinaryData.FromString("{"));
        await Refusals.ExpectAsync("TSF2003", () => Store.ReadIndexAsync(default));
        var stranger = ModelStores.Open($"{azurite.Endpoint}/{container}", azurite.ConnectionString.Replace("AccountKey=Eby8", "AccountKey=AAAA"));
        await Refusals.ExpectAsync("TSF2009", () => stranger.ReadIndexAsync(default));
    }

    private async Task<string> SealAsync(string version, string tag = "")
    {
        var package = SamplePackage.Create(temporary[$"package-{version}-{tag}"], 100, 0, version);
        using var record = SamplePackage.Record(package, "0");
        var file = temporary[$"{version}-{tag}.tsealed"];
        await SamplePackage.SealAsync(package.Location, file, record);
        return file;
    }
}

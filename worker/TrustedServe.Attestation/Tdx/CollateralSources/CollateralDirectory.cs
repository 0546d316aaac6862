using TrustedServe.Attestation.Tdx.Certificates;
using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tdx.CollateralSources;

/// <summary>
/// Collateral that was carried in as files. For each kind of platform either one bundle <c>FMSPC-CA.json</c>, or the parts as a
/// service gave them: <c>tcb-info-FMSPC.json</c>, <c>qe-identity.json</c>, <c>tcb-signing-chain.pem</c>, <c>pck-crl-CA.der</c>,
/// <c>pck-crl-CA-chain.pem</c> and <c>root-ca-crl.der</c>; FMSPC in lower-case hex digits, CA <c>platform</c> or <c>processor</c>.
/// </summary>
public sealed class CollateralDirectory : ICollateralSource
{
    private readonly string path;

    /// <summary>Names the directory; it is read at each request, so files may be exchanged at any time.</summary>
    public CollateralDirectory(string path) => this.path = path;

    /// <inheritdoc/>
    public async Task<TdxCollateral> GetAsync(CollateralRequest request, CancellationToken cancellationToken)
    {
        var bundle = BundleName(request);
        if (File.Exists(Path.Combine(path, bundle)))
        {
            var content = await ReadAsync(bundle, CollateralBundle.MaxLength, cancellationToken).ConfigureAwait(false);
            try
            {
                return CollateralBundle.Parse(content);
            }
            catch (TsfException exception)
            {
                throw TsfErrors.MalformedCollateral.With($"'{bundle}': {exception.Message}", exception);
            }
        }

        var signers = await ReadAsync("tcb-signing-chain.pem", PemChain.MaxLength, cancellationToken).ConfigureAwait(false);
        return new TdxCollateral
        {
            TcbInfo = await ReadAsync($"tcb-info-{request.Fmspc}.json", SignedDocument.MaxLength, cancellationToken).ConfigureAwait(false),
            TcbInfoIssuerChain = signers,
            QeIdentity = await ReadAsync("qe-identity.json", SignedDocument.MaxLength, cancellationToken).ConfigureAwait(false),
            QeIdentityIssuerChain = signers,
            PckCrl = await ReadAsync($"pck-crl-{request.AuthorityName}.der", RevocationList.MaxLength, cancellationToken).ConfigureAwait(false),
            PckCrlIssuerChain = await ReadAsync($"pck-crl-{request.AuthorityName}-chain.pem", PemChain.MaxLength, cancellationToken).ConfigureAwait(false),
            RootCaCrl = await ReadAsync("root-ca-crl.der", RevocationList.MaxLength, cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>Writes a bundle into the directory; a reader sees the old one or the new one, never a part.</summary>
    /// <exception cref="TsfException">TSF0008.</exception>
    public void Write(CollateralRequest request, TdxCollateral collateral)
    {
        var target = Path.Combine(path, BundleName(request));
        var temporary = $"{target}.{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(path);
            try
            {
                using (var file = new FileStream(temporary, FileMode.CreateNew))
                {
                    file.Write(CollateralBundle.Write(collateral));
                    file.Flush(flushToDisk: true);
                }

                File.Move(temporary, target, overwrite: true);
            }
            finally
            {
                File.Delete(temporary);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw TsfErrors.FileUnreadable.With($"The collateral '{target}' cannot be written: {exception.Message}", exception);
        }
    }

    private static string BundleName(CollateralRequest request) => $"{request.Fmspc}-{request.AuthorityName}.json";

    private async Task<byte[]> ReadAsync(string name, int most, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = new FileStream(Path.Combine(path, name), new FileStreamOptions { BufferSize = 0, Options = FileOptions.Asynchronous });
            if (file.Length is 0 || file.Length > most)
            {
                throw TsfErrors.MalformedCollateral.With($"'{name}' has {file.Length} bytes; 1 to {most} are read.");
            }

            var content = new byte[file.Length];
            await file.ReadExactlyAsync(content, cancellationToken).ConfigureAwait(false);
            return content;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw TsfErrors.CollateralNotFound.With($"There is no '{name}' in '{path}'.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw TsfErrors.CollateralUnreachable.With($"'{name}' in '{path}' cannot be read: {exception.Message}", exception);
        }
    }
}

using System.Net;

namespace TrustedServe.Functions.Http.PriorKnowledge;

/// <summary>The address of <see cref="HandoverListener"/>: nowhere outside this process.</summary>
internal sealed class HandedOverEndPoint : EndPoint
{
    /// <inheritdoc/>
    public override string ToString() => "http2.invalid";
}

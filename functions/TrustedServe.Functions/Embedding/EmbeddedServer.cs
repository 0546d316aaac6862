using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace TrustedServe.Functions.Embedding;

/// <summary>
/// A server whose requests come from another server in the same process. The listener for health and metrics stays one of its own.
/// </summary>
internal sealed class EmbeddedServer(KestrelServer health) : IServer
{
    private volatile Func<IFeatureCollection, Task>? process;

    /// <inheritdoc/>
    public IFeatureCollection Features => health.Features;

    /// <inheritdoc/>
    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        process = features => ProcessAsync(application, features);
        return health.StartAsync(application, cancellationToken);
    }

    /// <summary>Answers a request of the other server.</summary>
    public Task ProcessAsync(HttpContext outer) => process is { } started
        ? started(Shared(outer.Features))
        : throw new InvalidOperationException("The functions have not been started.");

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => health.StopAsync(cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => health.Dispose();

    private static async Task ProcessAsync<TContext>(IHttpApplication<TContext> application, IFeatureCollection features)
        where TContext : notnull
    {
        var context = application.CreateContext(features);
        Exception? failed = null;
        try
        {
            await application.ProcessRequestAsync(context);
        }
        catch (Exception exception)
        {
            failed = exception;
            throw;
        }
        finally
        {
            application.DisposeContext(context, failed);
        }
    }

    // The request and its answer are shared, and nothing else: the other host's services, endpoint and route are not this one's.
    private static FeatureCollection Shared(IFeatureCollection outer)
    {
        var features = new FeatureCollection();
        Take<IHttpRequestFeature>();
        Take<IHttpRequestBodyDetectionFeature>();
        Take<IHttpRequestLifetimeFeature>();
        Take<IHttpRequestTrailersFeature>();
        Take<IRequestBodyPipeFeature>();
        Take<IHttpResponseFeature>();
        Take<IHttpResponseBodyFeature>();
        Take<IHttpResponseTrailersFeature>();
        Take<IHttpResetFeature>();
        Take<IHttpConnectionFeature>();
        Take<IHttpMaxRequestBodySizeFeature>();
        if (features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null; // RequestBody bounds it
        }

        return features;

        void Take<TFeature>()
            where TFeature : class
        {
            if (outer.Get<TFeature>() is { } feature)
            {
                features.Set(feature);
            }
        }
    }
}

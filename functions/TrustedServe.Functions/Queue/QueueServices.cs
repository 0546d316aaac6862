using Microsoft.Extensions.DependencyInjection.Extensions;
using TrustedServe.Functions.Settings;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Queue;

/// <summary>Adds the queue trigger to a host.</summary>
public static class QueueServices
{
    /// <summary>
    /// Adds the queue trigger with the settings of <see cref="QueueOptions.Section"/>; without a queue's name it stays off. It needs
    /// <see cref="Inference.IInferenceGateway"/> and <see cref="Attestation.Keys.IKeySource"/> from the host.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">Where the section lies.</param>
    /// <param name="host">What host.json says; null for its defaults.</param>
    /// <exception cref="TsfException">TSF0002 with every problem of the settings.</exception>
    public static IServiceCollection AddQueueTrigger(this IServiceCollection services, IConfiguration configuration, QueueHostSettings? host = null)
    {
        host ??= new QueueHostSettings();
        var options = QueueOptionsReader.Read(configuration, host);
        services.AddSingleton(options);
        services.AddSingleton(host);
        services.AddSingleton<JobRegistry>();
        services.TryAddSingleton(TimeProvider.System);
        if (options.Name is not null)
        {
            services.AddSingleton(_ => new StorageClients(options));
            services.AddSingleton<BatchJob>();
            services.AddHostedService<QueuePump>();
        }

        return services;
    }
}

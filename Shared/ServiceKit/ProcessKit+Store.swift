import Logging
package import RPC
package import ServiceLifecycle
package import Storage

extension ProcessKit {
    /// What every service does for its store: it is ready while the store takes writes, is backed up where that is asked
    /// for, tells in its metrics how that goes, hands its data to an operator, and is closed when all else has stopped.
    /// Put what this returns first.
    ///
    /// - Parameter directory: of the service's data.
    package func care(
        for store: Store, in directory: String, backups: BackupPlan?, router: inout RPCRouter
    ) -> [any Service] {
        readiness.watch("storage") { store.isWritable }
        let desk = BackupDesk(store, service: name, directory: directory, logger: logger)
        desk.register(on: &router)
        let meters = StoreMeters()
        var services: [any Service] = [
            whenStopped(store.close),
            service("storage meters") { [logger] in
                do { try await desk.sweep() } catch {
                    logger.warning("an old backup cannot be removed", metadata: ["error": "\(error)"])
                }
                await meters.watch(store)
            },
        ]
        if let backups {
            services.append(
                service("backups") { [logger] in await backups.run(store, logger: logger, taken: meters.took) })
        }
        return services
    }
}

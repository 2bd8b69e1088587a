/** Clients begin. */
export const STOP_LOAD_BEGAN = 'stop.load.began'
/** From here on a load balancer sends no new connections any more: what comes later only keeps the service busy. */
export const ENDPOINT_LAG_OVER = 'stop.endpoint-lag.over'
/** The collector fails from here on, and more requests are answered before the signal. */
export const COLLECTOR_LOST = 'stop.collector.lost'

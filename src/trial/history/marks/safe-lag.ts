/** The replica is ready and clients begin. */
export const LAG_LOAD_BEGAN = 'safe-lag.load.began'
/** From here on no new connections come: the lag is over, or a request was lost already. */
export const LAG_OVER = 'safe-lag.over'

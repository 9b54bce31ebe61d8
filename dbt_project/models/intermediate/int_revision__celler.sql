{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
    )
}}
-- Each release of a table beside what was known just before it: one row a cell in both.

with vintager as (
    select
        kilde,
        tabel_id,
        hentet_utc,
        lag(hentet_utc) over (
            partition by kilde, tabel_id order by hentet_utc
        ) as forrige_hentet_utc
    from {{ ref('int_vintager') }}
),

spurgt as (
    select * from {{ ref('int_daekning') }}
),

nyeste as (
    select
        kilde,
        tabel_id,
        hentet_utc,
        max(periode) as nyeste_periode
    from spurgt
    group by kilde, tabel_id, hentet_utc
),

frigivelser as (
    select
        vintager.kilde,
        vintager.tabel_id,
        vintager.hentet_utc as frigivelse,
        nyeste.nyeste_periode,
        nyeste.nyeste_periode > foer.nyeste_periode as er_ny_maaned
    from vintager
    inner join nyeste
        on
            vintager.kilde = nyeste.kilde
            and vintager.tabel_id = nyeste.tabel_id
            and vintager.hentet_utc = nyeste.hentet_utc
    inner join nyeste as foer
        on
            vintager.kilde = foer.kilde
            and vintager.tabel_id = foer.tabel_id
            and vintager.forrige_hentet_utc = foer.hentet_utc
    {% if is_incremental() %}
    where
        (vintager.kilde, vintager.tabel_id, vintager.hentet_utc) not in (
            select distinct
                bedoemte.kilde,
                bedoemte.tabel_id,
                bedoemte.frigivelse
            from {{ this }} as bedoemte
        )
    {% endif %}
),

-- Most tables have nothing new; their cells need not be looked at.
obs as (
    select obs.* from {{ ref('int_obs') }} as obs
    semi join frigivelser
        on obs.kilde = frigivelser.kilde and obs.tabel_id = frigivelser.tabel_id
),

maalinger as (
    select * from {{ ref('int_maalinger') }}
),

omraader as (
    select * from {{ ref('dim_omraade') }}
),

-- A cell that the release did not ask for was not revised by it.
par as (
    select
        foer.celle_id,
        foer.kilde,
        foer.tabel_id,
        foer.maaling_id,
        foer.omraade_kode,
        foer.periode,
        foer.dimensioner,
        foer.vaerdi as foer_vaerdi,
        foer.status as foer_status,
        foer.gyldig_fra as foer_fra,
        case when efter.celle_id is null then foer.vaerdi else efter.vaerdi end as efter_vaerdi,
        case when efter.celle_id is null then foer.status else efter.status end as efter_status,
        coalesce(efter.oprindelse, foer.oprindelse) as oprindelse,
        frigivelser.frigivelse,
        frigivelser.er_ny_maaned,
        frigivelser.nyeste_periode
    from obs as foer
    inner join frigivelser
        on
            foer.kilde = frigivelser.kilde
            and foer.tabel_id = frigivelser.tabel_id
            and foer.gyldig_fra < frigivelser.frigivelse
            and (foer.gyldig_til is null or foer.gyldig_til >= frigivelser.frigivelse)
    inner join spurgt
        on
            foer.kilde = spurgt.kilde
            and foer.tabel_id = spurgt.tabel_id
            and foer.maaling_id = spurgt.maaling_id
            and foer.dimensioner = spurgt.dimensioner
            and foer.periode = spurgt.periode
            and frigivelser.frigivelse = spurgt.hentet_utc
    left join obs as efter
        on
            foer.celle_id = efter.celle_id
            and frigivelser.frigivelse = efter.gyldig_fra
),

-- A hidden count is known to lie between 0 and what is just hidden: it has moved as little as may
-- be. What a percent that is hidden has moved, nobody can tell.
maalt as (
    select
        par.*,
        maalinger.maaling_navn,
        maalinger.enhed,
        omraader.omraade_navn,
        omraader.omraade_art,
        {{ periode_start('par.periode') }} as maaned,
        cast(date_diff(
            'month', {{ periode_start('par.periode') }}, {{ periode_start('par.nyeste_periode') }}
        ) as integer) as alder_mdr,
        par.efter_vaerdi - par.foer_vaerdi as aendring,
        case
            when maalinger.enhed = 'pct' then par.efter_vaerdi - par.foer_vaerdi
            when par.foer_vaerdi is null and par.efter_vaerdi is null then 0
            when par.foer_vaerdi is null
                then greatest(par.efter_vaerdi - (maalinger.diskretion_under - 1), 0)
            when par.efter_vaerdi is null
                then -greatest(par.foer_vaerdi - (maalinger.diskretion_under - 1), 0)
            else par.efter_vaerdi - par.foer_vaerdi
        end as mindste_aendring,
        par.foer_status <> par.efter_status
        or coalesce(par.foer_vaerdi <> par.efter_vaerdi, false) as er_aendret
    from par
    inner join maalinger
        on
            par.kilde = maalinger.kilde
            and par.tabel_id = maalinger.tabel_id
            and par.maaling_id = maalinger.maaling_id
    inner join omraader
        on par.omraade_kode = omraader.omraade_kode
),

final as (
    select
        *,
        {{ aldersklasse('alder_mdr') }} as alder_fra,
        {{ stoerrelse('omraade_art', 'enhed', 'coalesce(foer_vaerdi, efter_vaerdi, 0)') }}
            as stoerrelse
    from maalt
)

select * from final
